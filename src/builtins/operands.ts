import { RegoDecimal, RegoObject, RegoSet } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';

/** Rego's name of a value's type, as OPA's messages use it. */
export function typeName(value: RegoValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof RegoDecimal) return 'number';
  if (value instanceof RegoSet) return 'set';
  return value instanceof RegoObject ? 'object' : 'array';
}

/** Throws topdown's type error: what the operand (1-based) had to be, and what it is. */
export function refuseOperand(position: number, value: RegoValue, ...expected: readonly string[]): never {
  const wanted = expected.length === 1 ? expected.join('') : `one of {${expected.join(', ')}}`;
  throw new BuiltinError(`operand ${position} must be ${wanted} but got ${typeName(value)}`, { kind: 'type' });
}

function refuse(position: number, expected: string, value: RegoValue): never {
  return refuseOperand(position, value, expected);
}

/** Narrows to an array; `Array.isArray` alone loses the element type. */
export function isArray(value: RegoValue): value is readonly RegoValue[] {
  return Array.isArray(value);
}

/** The operand as a string; throws topdown's type error otherwise. `position` is 1-based. */
export function stringOperand(value: RegoValue, position: number): string {
  return typeof value === 'string' ? value : refuse(position, 'string', value);
}

/** The operand as an array. */
export function arrayOperand(value: RegoValue, position: number): readonly RegoValue[] {
  return Array.isArray(value) ? (value as readonly RegoValue[]) : refuse(position, 'array', value);
}

/** The operand as an object. */
export function objectOperand(value: RegoValue, position: number): RegoObject {
  return value instanceof RegoObject ? value : refuse(position, 'object', value);
}

/** The operand as the strings of an array or a set; an element of another type is refused by its name. */
export function stringsOperand(value: RegoValue, position: number): readonly string[] {
  if (!isArray(value) && !(value instanceof RegoSet)) return refuseOperand(position, value, 'array', 'set');
  const type = typeName(value);
  return (value instanceof RegoSet ? value.members : value).map((element) => {
    if (typeof element === 'string') return element;
    throw new BuiltinError(`operand ${position} must be ${type} of strings but got ${type} containing ${typeName(element)}`, {
      kind: 'type',
    });
  });
}
