import { BuiltinError } from '../builtin.js';
import { checkImplements } from './check-implements.js';
import { VALUE_KINDS, namedType } from './document.js';
import type { GqlArgumentDefinition, GqlDefinition, GqlDirective, GqlDirectiveDefinition, GqlKind } from './document.js';
import type { GqlSchema } from './schema.js';

const INPUT_KINDS: readonly GqlKind[] = ['SCALAR', 'ENUM', 'INPUT_OBJECT'];
const OUTPUT_KINDS: readonly GqlKind[] = ['SCALAR', 'OBJECT', 'INTERFACE', 'UNION', 'ENUM'];

/**
 * Checks a schema by gqlparser's rules, which are other and fewer than those of graphql-js. Throws BuiltinError for the first
 * one that is broken.
 */
export function checkSchema(schema: GqlSchema): void {
  for (const directives of schema.ownDirectives) checkDirectives(schema, directives, 'SCHEMA', { once: true });
  const types = [...schema.types.values()];
  for (const type of types) checkType(schema, type);
  checkInputCycles(schema, types);
  for (const directive of schema.directives.values()) {
    checkName(directive.Name);
    checkArguments(schema, directive.Arguments, directive);
  }
}

function checkType(schema: GqlSchema, type: GqlDefinition): void {
  const { Kind, Name } = type;
  for (const field of type.Fields) {
    checkName(field.Name);
    checkTypeExists(schema, namedType(field.Type));
    checkArguments(schema, field.Arguments);
    checkDirectives(schema, field.Directives, Kind === 'INPUT_OBJECT' ? 'INPUT_FIELD_DEFINITION' : 'FIELD_DEFINITION', { once: true });
  }
  for (const member of type.Types) {
    checkTypeExists(schema, member);
    if (schema.types.get(member)?.Kind !== 'OBJECT') throw new BuiltinError(`${Kind} type "${member}" must be OBJECT`);
  }
  for (const implemented of type.Interfaces) checkImplements(schema, type, implemented);
  if (!type.BuiltIn) checkMembers(schema, type);
  checkUnique(type.Fields, (name) => `Field ${Name}.${name} can only be defined once`);
  checkUnique(type.EnumValues, (name) => `Enum value ${Name}.${name} can only be defined once`);
  const members = type.Types.map((member) => ({ Name: member }));
  checkUnique(members, (name) => `Union type ${Name} can only include type ${name} once`);
  if (!type.BuiltIn) checkName(Name);
  // Directives of a type and of its extensions are one list here, though they stand in places of their own.
  checkDirectives(schema, type.Directives, Kind, { once: false });
}

function checkMembers(schema: GqlSchema, type: GqlDefinition): void {
  const { Kind, Name, Fields, EnumValues } = type;
  switch (Kind) {
    case 'OBJECT':
    case 'INTERFACE':
    case 'INPUT_OBJECT': {
      const allowed = Kind === 'INPUT_OBJECT' ? INPUT_KINDS : OUTPUT_KINDS;
      if (Fields.length === 0) throw new BuiltinError(`${Kind} ${Name}: must define one or more fields`);
      for (const field of Fields) {
        const kind = schema.types.get(namedType(field.Type))?.Kind;
        if (kind !== undefined && !allowed.includes(kind)) {
          throw new BuiltinError(`${Kind} ${Name}: field must be one of ${allowed.join(', ')}`);
        }
      }
      return;
    }
    case 'ENUM':
      if (EnumValues.length === 0) throw new BuiltinError(`${Kind} ${Name}: must define one or more unique enum values`);
      for (const value of EnumValues) {
        if (['true', 'false', 'null'].includes(value.Name)) throw new BuiltinError(`${Kind} ${Name}: non-enum value ${value.Name}`);
        checkDirectives(schema, value.Directives, 'ENUM_VALUE', { once: true });
      }
      return;
    case 'SCALAR':
    case 'UNION':
  }
}

/** Input objects must not need themselves: a cycle of fields that are all non-null could never be written down. */
function checkInputCycles(schema: GqlSchema, types: readonly GqlDefinition[]): void {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (type: GqlDefinition): void => {
    if (done.has(type.Name)) return;
    done.add(type.Name);
    open.add(type.Name);
    for (const { Type } of type.Fields) {
      const target = Type.NonNull && Type.Elem === undefined ? schema.types.get(Type.NamedType) : undefined;
      if (target?.Kind !== 'INPUT_OBJECT') continue;
      if (open.has(target.Name)) {
        throw new BuiltinError(`Cannot reference Input Object "${target.Name}" within itself through a series of non-null fields`);
      }
      visit(target);
    }
    open.delete(type.Name);
  };
  for (const type of types) if (type.Kind === 'INPUT_OBJECT') visit(type);
}

function checkArguments(schema: GqlSchema, list: readonly GqlArgumentDefinition[], owner?: GqlDirectiveDefinition): void {
  for (const argument of list) {
    checkName(argument.Name);
    const name = namedType(argument.Type);
    checkTypeExists(schema, name);
    const kind = schema.types.get(name)?.Kind;
    if (kind !== undefined && !INPUT_KINDS.includes(kind)) {
      throw new BuiltinError(`cannot use ${name} as argument ${argument.Name} because ${kind} is not a valid input type`);
    }
    checkDirectives(schema, argument.Directives, 'ARGUMENT_DEFINITION', { once: true, ...(owner === undefined ? {} : { owner }) });
  }
}

function checkDirectives(
  schema: GqlSchema,
  list: readonly GqlDirective[],
  location: string,
  { once, owner }: { readonly once: boolean; readonly owner?: GqlDirectiveDefinition },
): void {
  const seen = new Set<string>();
  for (const { Name, Arguments } of list) {
    checkName(Name);
    if (Name === owner?.Name) throw new BuiltinError(`Directive ${Name} cannot refer to itself`);
    const definition = schema.directives.get(Name);
    if (definition === undefined) throw new BuiltinError(`Undefined directive ${Name}`);
    if (once && seen.has(Name) && !definition.IsRepeatable) {
      throw new BuiltinError(`The directive ${Name} can only be used once at this location`);
    }
    seen.add(Name);
    if (!definition.Locations.includes(location)) throw new BuiltinError(`Directive ${Name} is not applicable on ${location}`);
    const unknown = Arguments.find((argument) => !definition.Arguments.some((known) => known.Name === argument.Name));
    if (unknown !== undefined) throw new BuiltinError(`Undefined argument ${unknown.Name} for directive ${Name}`);
    for (const wanted of definition.Arguments) {
      if (!wanted.Type.NonNull || wanted.DefaultValue !== undefined) continue;
      const given = Arguments.find((argument) => argument.Name === wanted.Name);
      if (given === undefined || given.Value.Kind === VALUE_KINDS.null) {
        throw new BuiltinError(`Argument ${wanted.Name} for directive ${Name} cannot be null`);
      }
    }
  }
}

function checkTypeExists(schema: GqlSchema, name: string): void {
  if (!schema.types.has(name)) throw new BuiltinError(`Undefined type ${name}`);
}

function checkName(name: string): void {
  if (name.startsWith('__')) throw new BuiltinError(`Name "${name}" must not begin with "__", which is reserved by GraphQL introspection`);
}

function checkUnique(members: readonly { readonly Name: string }[], message: (name: string) => string): void {
  const seen = new Set<string>();
  for (const { Name } of members) {
    if (seen.has(Name)) throw new BuiltinError(message(Name));
    seen.add(Name);
  }
}
