import { Kind } from 'graphql';
import type {
  DefinitionNode,
  DirectiveDefinitionNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  SchemaDefinitionNode,
  SchemaExtensionNode,
  TypeDefinitionNode,
  TypeExtensionNode,
} from 'graphql';
import { BuiltinError } from '../builtin.js';
import { convertDirectives, convertType, convertValue } from './convert-parts.js';
import type {
  GqlArgumentDefinition,
  GqlDefinition,
  GqlDirectiveDefinition,
  GqlFieldDefinition,
  GqlKind,
  GqlSchemaDefinition,
  GqlSchemaDocument,
} from './document.js';
import { commentsOf, describe } from './source.js';
import type { GqlSource } from './source.js';

const DEFINITIONS: Readonly<Record<TypeDefinitionNode['kind'], GqlKind>> = {
  [Kind.SCALAR_TYPE_DEFINITION]: 'SCALAR',
  [Kind.OBJECT_TYPE_DEFINITION]: 'OBJECT',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'INTERFACE',
  [Kind.UNION_TYPE_DEFINITION]: 'UNION',
  [Kind.ENUM_TYPE_DEFINITION]: 'ENUM',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'INPUT_OBJECT',
};

const EXTENSIONS: Readonly<Record<TypeExtensionNode['kind'], GqlKind>> = {
  [Kind.SCALAR_TYPE_EXTENSION]: 'SCALAR',
  [Kind.OBJECT_TYPE_EXTENSION]: 'OBJECT',
  [Kind.INTERFACE_TYPE_EXTENSION]: 'INTERFACE',
  [Kind.UNION_TYPE_EXTENSION]: 'UNION',
  [Kind.ENUM_TYPE_EXTENSION]: 'ENUM',
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: 'INPUT_OBJECT',
};

interface Collected {
  readonly Schema: GqlSchemaDefinition[];
  readonly SchemaExtension: GqlSchemaDefinition[];
  readonly Directives: GqlDirectiveDefinition[];
  readonly Definitions: GqlDefinition[];
  readonly Extensions: GqlDefinition[];
}

/** gqlparser's tree of a schema text. Throws BuiltinError for a definition that belongs in a query. */
export function convertSchema(source: GqlSource): GqlSchemaDocument {
  const document: Collected = { Schema: [], SchemaExtension: [], Directives: [], Definitions: [], Extensions: [] };
  for (const node of source.node?.definitions ?? []) collect(document, node);
  return { ...document, Comment: source.comments };
}

function collect(document: Collected, node: DefinitionNode): void {
  switch (node.kind) {
    case Kind.SCHEMA_DEFINITION:
      document.Schema.push(schema(node));
      return;
    case Kind.SCHEMA_EXTENSION:
      document.SchemaExtension.push(schema(node));
      return;
    case Kind.DIRECTIVE_DEFINITION:
      document.Directives.push(directive(node));
      return;
    default:
      if (isDefinition(node)) document.Definitions.push(definition(node, DEFINITIONS[node.kind]));
      else if (isExtension(node)) document.Extensions.push(definition(node, EXTENSIONS[node.kind]));
      else throw new BuiltinError(`GraphQL parse error: unexpected ${node.kind} in a schema`);
  }
}

function isDefinition(node: DefinitionNode): node is TypeDefinitionNode {
  return Object.hasOwn(DEFINITIONS, node.kind);
}

function isExtension(node: DefinitionNode): node is TypeExtensionNode {
  return Object.hasOwn(EXTENSIONS, node.kind);
}

function schema(node: SchemaDefinitionNode | SchemaExtensionNode): GqlSchemaDefinition {
  const operations = node.operationTypes ?? [];
  return {
    ...describe(node, operations.length > 0),
    Directives: convertDirectives(node.directives),
    OperationTypes: operations.map((type) => ({ Operation: type.operation, Type: type.type.name.value, Comment: commentsOf(type) })),
  };
}

function directive(node: DirectiveDefinitionNode): GqlDirectiveDefinition {
  return {
    ...describe(node),
    Name: node.name.value,
    Arguments: (node.arguments ?? []).map(argument),
    Locations: node.locations.map((location) => location.value),
    IsRepeatable: node.repeatable,
  };
}

function definition(node: TypeDefinitionNode | TypeExtensionNode, kind: GqlKind): GqlDefinition {
  const interfaces = 'interfaces' in node ? (node.interfaces ?? []) : [];
  if (node.kind === Kind.INTERFACE_TYPE_EXTENSION && interfaces.length > 0) {
    throw new BuiltinError('GraphQL parse error: unexpected implements in an interface extension');
  }
  const enumValues = ('values' in node ? (node.values ?? []) : []).map((value) => ({
    ...describeMember(value),
    Name: value.name.value,
    Directives: convertDirectives(value.directives),
  }));
  const fields = ('fields' in node ? (node.fields ?? []) : []).map(field);
  return {
    ...describe(node, fields.length + enumValues.length > 0),
    Kind: kind,
    Name: node.name.value,
    Directives: convertDirectives(node.directives),
    Interfaces: interfaces.map((type) => type.name.value),
    Fields: fields,
    Types: ('types' in node ? (node.types ?? []) : []).map((type) => type.name.value),
    EnumValues: enumValues,
    BuiltIn: false,
  };
}

function field(node: FieldDefinitionNode | InputValueDefinitionNode): GqlFieldDefinition {
  if (node.kind === Kind.INPUT_VALUE_DEFINITION) return { ...argument(node), Arguments: [] };
  return {
    ...describeMember(node),
    Name: node.name.value,
    Type: convertType(node.type),
    Directives: convertDirectives(node.directives),
    Arguments: (node.arguments ?? []).map(argument),
  };
}

function argument(node: InputValueDefinitionNode): GqlArgumentDefinition {
  return {
    ...describeMember(node),
    Name: node.name.value,
    DefaultValue: node.defaultValue === undefined ? undefined : convertValue(node.defaultValue),
    Type: convertType(node.type),
    Directives: convertDirectives(node.directives),
  };
}

/** Members forget the comment before a description that is empty. */
function describeMember(node: Parameters<typeof describe>[0]): ReturnType<typeof describe> {
  const described = describe(node);
  return described.Description === '' ? { ...described, BeforeDescriptionComment: undefined } : described;
}
