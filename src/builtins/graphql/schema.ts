import { BuiltinError } from '../builtin.js';
import { convertSchema } from './convert-schema.js';
import type { GqlDefinition, GqlDirectiveDefinition, GqlKind, GqlSchemaDefinition, GqlSchemaDocument } from './document.js';
import { parseSource } from './source.js';

/** A schema document put together: types with their extensions, directives, root types. */
export interface GqlSchema {
  readonly types: ReadonlyMap<string, GqlDefinition>;
  readonly directives: ReadonlyMap<string, GqlDirectiveDefinition>;
  /** Type names by `query`, `mutation`, `subscription`. */
  readonly roots: ReadonlyMap<string, string>;
  /** Names of the objects and interfaces that may stand for a type: members, implementers, an object itself. */
  readonly possibleTypes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Directives on the schema itself, one list for each place where they stand. */
  readonly ownDirectives: readonly GqlSchemaDefinition['Directives'][];
}

/** Names that every schema has; it may neither define them again nor needs them checked. */
const BUILTIN_TYPES: readonly (readonly [kind: GqlKind, names: string])[] = [
  ['SCALAR', 'Int Float String Boolean ID'],
  ['OBJECT', '__Schema __Type __Field __InputValue __EnumValue __Directive'],
  ['ENUM', '__TypeKind __DirectiveLocation'],
];

const BUILTIN_DIRECTIVES = convertSchema(
  parseSource(`
    directive @defer(if: Boolean = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @deprecated(reason: String = "No longer supported")
      on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
    directive @specifiedBy(url: String!) on SCALAR
    directive @oneOf on INPUT_OBJECT
  `),
).Directives;

/** Puts the document together. Throws BuiltinError for what is declared twice, extended wrongly, or has no type. */
export function assembleSchema(document: GqlSchemaDocument): GqlSchema {
  const types = new Map(builtinTypes().map((type) => [type.Name, type]));
  for (const type of document.Definitions) {
    if (types.has(type.Name)) throw new BuiltinError(`Cannot redeclare type ${type.Name}`);
    types.set(type.Name, type);
  }
  for (const extension of document.Extensions) types.set(extension.Name, extend(types.get(extension.Name), extension));
  if (document.Schema.length > 1) throw new BuiltinError('Cannot have multiple schema entry points, consider schema extensions instead');
  const places = [...document.Schema, ...document.SchemaExtension];
  return {
    types,
    directives: collectDirectives(document.Directives),
    roots: collectRoots(types, places, document.Schema.length === 0),
    possibleTypes: collectPossibleTypes(types),
    ownDirectives: places.map((place) => place.Directives),
  };
}

function builtinTypes(): GqlDefinition[] {
  return BUILTIN_TYPES.flatMap(([Kind, names]) => names.split(' ').map((Name) => ({ ...emptyType(Kind, Name), BuiltIn: true })));
}

function emptyType(Kind: GqlKind, Name: string): GqlDefinition {
  return { Kind, Description: '', Name, Directives: [], Interfaces: [], Fields: [], Types: [], EnumValues: [], BuiltIn: false };
}

/** An extension of a type that nobody declared declares it. */
function extend(base: GqlDefinition | undefined, extension: GqlDefinition): GqlDefinition {
  const type = base ?? emptyType(extension.Kind, extension.Name);
  if (type.Kind !== extension.Kind) {
    throw new BuiltinError(`Cannot extend type ${type.Name} because the base type is a ${type.Kind}, not ${extension.Kind}`);
  }
  return {
    ...type,
    Directives: [...type.Directives, ...extension.Directives],
    Interfaces: [...type.Interfaces, ...extension.Interfaces],
    Fields: [...type.Fields, ...extension.Fields],
    Types: [...type.Types, ...extension.Types],
    EnumValues: [...type.EnumValues, ...extension.EnumValues],
  };
}

function collectDirectives(own: readonly GqlDirectiveDefinition[]): ReadonlyMap<string, GqlDirectiveDefinition> {
  const builtin = new Set(BUILTIN_DIRECTIVES.map((directive) => directive.Name));
  const directives = new Map(BUILTIN_DIRECTIVES.map((directive) => [directive.Name, directive]));
  for (const directive of own) {
    if (directives.has(directive.Name) && !builtin.has(directive.Name)) {
      throw new BuiltinError(`Cannot redeclare directive ${directive.Name}`);
    }
    directives.set(directive.Name, directive);
  }
  return directives;
}

function collectRoots(
  types: ReadonlyMap<string, GqlDefinition>,
  places: readonly GqlSchemaDefinition[],
  byName: boolean,
): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const { Operation, Type } of places.flatMap((place) => place.OperationTypes)) {
    if (!types.has(Type)) throw new BuiltinError(`Schema root ${Operation} refers to a type ${Type} that does not exist`);
    roots.set(Operation, Type);
  }
  if (!byName) return roots;
  for (const [operation, name] of [
    ['query', 'Query'],
    ['mutation', 'Mutation'],
    ['subscription', 'Subscription'],
  ] as const) {
    if (!roots.has(operation) && types.has(name)) roots.set(operation, name);
  }
  return roots;
}

function collectPossibleTypes(types: ReadonlyMap<string, GqlDefinition>): ReadonlyMap<string, ReadonlySet<string>> {
  const possible = new Map<string, Set<string>>();
  const add = (name: string, member: string): void => {
    const members = possible.get(name) ?? new Set();
    possible.set(name, members.add(member));
  };
  for (const type of types.values()) {
    for (const member of type.Types) add(type.Name, member);
    for (const implemented of type.Interfaces) add(implemented, type.Name);
    if (type.Kind === 'OBJECT' || type.Kind === 'INPUT_OBJECT') add(type.Name, type.Name);
  }
  return possible;
}
