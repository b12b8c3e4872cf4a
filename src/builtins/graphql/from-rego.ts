import * as z from 'zod';
import { formatJson } from '../../value/format-json.js';
import type { RegoObject } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type {
  GqlArgument,
  GqlArgumentDefinition,
  GqlChildValue,
  GqlDefinition,
  GqlDirective,
  GqlDirectiveDefinition,
  GqlEnumValue,
  GqlField,
  GqlFieldDefinition,
  GqlFragment,
  GqlOperation,
  GqlOperationType,
  GqlQueryDocument,
  GqlSchemaDefinition,
  GqlSchemaDocument,
  GqlType,
  GqlValue,
  GqlVariableDefinition,
} from './document.js';

// Policies hand trees back pruned, so anything may be missing: Go's decoder then leaves the zero value.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const comments = z
  .object({ List: z.array(z.object({ Value: text })).default([]) })
  .nullish()
  .transform((value) => value ?? undefined);

function list<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

function optional<T>(item: z.ZodType<T>): z.ZodType<T | undefined> {
  return item.nullish().transform((value) => value ?? undefined);
}

const type: z.ZodType<GqlType> = z.lazy(() => z.object({ NamedType: text, Elem: optional(type), NonNull: flag }));
const child: z.ZodType<GqlChildValue> = z.lazy(() => z.object({ Name: text, Value: value, Comment: comments }));
const value: z.ZodType<GqlValue> = z.object({
  Raw: text,
  Children: list(child),
  Kind: z.int().min(0).max(9).default(0),
  Comment: comments,
  ExpectedTypeHasDefault: flag,
});
const argument: z.ZodType<GqlArgument> = z.object({ Name: text, Value: value, Comment: comments });
const directive: z.ZodType<GqlDirective> = z.object({ Name: text, Arguments: list(argument), Location: text });
const variable: z.ZodType<GqlVariableDefinition> = z.object({
  Variable: text,
  Type: type,
  DefaultValue: optional(value),
  Directives: list(directive),
  Comment: comments,
  Used: flag,
});

// gqlparser tries a field first for every selection, and a field is never refused: fragments come back as fields.
const selection: z.ZodType<GqlField> = z.lazy(() =>
  z.object({ Alias: text, Name: text, Arguments: list(argument), Directives: list(directive), SelectionSet: list(selection) }),
);
const operation: z.ZodType<GqlOperation> = z.object({
  Operation: text,
  Name: text,
  VariableDefinitions: list(variable),
  Directives: list(directive),
  SelectionSet: list(selection),
});
const fragment: z.ZodType<GqlFragment> = z.object({
  Name: text,
  VariableDefinition: list(variable),
  TypeCondition: text,
  Directives: list(directive),
  SelectionSet: list(selection),
});
const query: z.ZodType<GqlQueryDocument> = z.object({ Operations: list(operation), Fragments: list(fragment) });

const described = {
  Description: text,
  Directives: list(directive),
  BeforeDescriptionComment: comments,
  AfterDescriptionComment: comments,
};
const argumentDefinition: z.ZodType<GqlArgumentDefinition> = z.object({
  ...described,
  Name: text,
  DefaultValue: optional(value),
  Type: type,
});
const fieldDefinition: z.ZodType<GqlFieldDefinition> = z.object({
  ...described,
  Name: text,
  Arguments: list(argumentDefinition),
  DefaultValue: optional(value),
  Type: type,
});
const enumValue: z.ZodType<GqlEnumValue> = z.object({ ...described, Name: text });
const names: z.ZodType<readonly string[]> = list(z.string());
const definition: z.ZodType<GqlDefinition> = z.object({
  ...described,
  Kind: z.enum(['SCALAR', 'OBJECT', 'INTERFACE', 'UNION', 'ENUM', 'INPUT_OBJECT']),
  Name: text,
  Interfaces: names,
  Fields: list(fieldDefinition),
  Types: names,
  EnumValues: list(enumValue),
  BuiltIn: flag,
  EndOfDefinitionComment: comments,
});
const directiveDefinition: z.ZodType<GqlDirectiveDefinition> = z
  .object({ ...described, Name: text, Arguments: list(argumentDefinition), Locations: names, IsRepeatable: flag })
  .omit({ Directives: true });
const operationType: z.ZodType<GqlOperationType> = z.object({ Operation: text, Type: text, Comment: comments });
const schemaDefinition: z.ZodType<GqlSchemaDefinition> = z.object({
  ...described,
  OperationTypes: list(operationType),
  EndOfDefinitionComment: comments,
});
const schema: z.ZodType<GqlSchemaDocument> = z.object({
  Schema: list(schemaDefinition),
  SchemaExtension: list(schemaDefinition),
  Directives: list(directiveDefinition),
  Definitions: list(definition),
  Extensions: list(definition),
  Comment: comments,
});

/** The query tree that a policy hands back. Throws BuiltinError when it is none. */
export function queryFromRego(object: RegoObject): GqlQueryDocument {
  return read(query, object);
}

/** The schema tree that a policy hands back. Throws BuiltinError when it is none. */
export function schemaFromRego(object: RegoObject): GqlSchemaDocument {
  return read(schema, object);
}

function read<T>(shape: z.ZodType<T>, object: RegoObject): T {
  const result = shape.safeParse(JSON.parse(formatJson(object)));
  if (result.success) return result.data;
  throw new BuiltinError('the object is no GraphQL syntax tree', { cause: result.error });
}
