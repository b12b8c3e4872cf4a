import { BuiltinError } from '../builtin.js';
import type { GqlArgumentDefinition, GqlDefinition, GqlFieldDefinition, GqlType } from './document.js';
import { printType } from './print.js';
import type { GqlSchema } from './schema.js';

/** Checks that the type has all that the interface of that name asks for. Throws BuiltinError. */
export function checkImplements(schema: GqlSchema, type: GqlDefinition, name: string): void {
  const wanted = schema.types.get(name);
  if (wanted === undefined) throw new BuiltinError(`Undefined type "${name}"`);
  if (wanted.Kind !== 'INTERFACE') throw new BuiltinError(`"${name}" is a non interface type ${wanted.Kind}`);
  const promise = `For ${type.Name} to implement ${name}`;
  for (const field of wanted.Fields) {
    const own = type.Fields.find((candidate) => candidate.Name === field.Name);
    if (own === undefined) throw new BuiltinError(`${promise} it must have a field called ${field.Name}`);
    if (!isCovariant(schema, field.Type, own.Type)) {
      throw new BuiltinError(`${promise} the field ${field.Name} must have type ${printType(field.Type)}`);
    }
    checkArguments(promise, field, own);
  }
  for (const inherited of wanted.Interfaces) {
    if (type.Interfaces.includes(inherited)) continue;
    if (inherited === type.Name)
      throw new BuiltinError(`Type ${type.Name} cannot implement ${name} because it would create a circular reference`);
    throw new BuiltinError(`Type ${type.Name} must implement ${inherited} because it is implemented by ${name}`);
  }
}

function checkArguments(promise: string, wanted: GqlFieldDefinition, own: GqlFieldDefinition): void {
  for (const argument of wanted.Arguments) {
    const found = argumentNamed(own, argument.Name);
    if (found === undefined) {
      throw new BuiltinError(`${promise} the field ${wanted.Name} must have the same arguments but it is missing ${argument.Name}`);
    }
    if (!isCompatible(argument.Type, found.Type)) {
      throw new BuiltinError(`${promise} the field ${wanted.Name} must have the same arguments but ${argument.Name} has the wrong type`);
    }
  }
  for (const { Name, Type, DefaultValue } of own.Arguments) {
    if (Type.NonNull && DefaultValue === undefined && argumentNamed(wanted, Name) === undefined) {
      throw new BuiltinError(`${promise} any additional arguments on ${own.Name} must be optional but ${Name} is required`);
    }
  }
}

function argumentNamed(field: GqlFieldDefinition, name: string): GqlArgumentDefinition | undefined {
  return field.Arguments.find((argument) => argument.Name === name);
}

/** A field may promise more than its interface: a non-null value, or a narrower type. */
function isCovariant(schema: GqlSchema, wanted: GqlType, own: GqlType): boolean {
  if (wanted.NonNull && !own.NonNull) return false;
  if (wanted.Elem !== undefined) return own.Elem !== undefined && isCovariant(schema, wanted.Elem, own.Elem);
  if (wanted.NamedType === own.NamedType) return true;
  return schema.possibleTypes.get(wanted.NamedType)?.has(own.NamedType) ?? false;
}

function isCompatible(type: GqlType, other: GqlType): boolean {
  if (type.NamedType !== other.NamedType) return false;
  if (type.Elem !== undefined && (other.Elem === undefined || !isCompatible(type.Elem, other.Elem))) return false;
  return !other.NonNull || type.NonNull;
}
