import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { formatFloat } from '../go-format/float-text.js';
import { exactInteger, isNumber, numberText } from '../numeric.js';
import { isArray } from '../operands.js';
import { parseRational } from '../rational.js';
import { keyText } from '../term-text.js';
import type { Limit } from './schema.js';

/** Readers of one keyword each. They throw BuiltinError with the message of OPA's schema loader. */

export function invalidType(expected: string, given: string): BuiltinError {
  return new BuiltinError(`Invalid type. Expected: ${expected}, given: ${given}`);
}

export function stringKeyword(schema: RegoObject, key: string): string | undefined {
  const value = schema.get(key);
  if (value === undefined || typeof value === 'string') return value;
  throw invalidType('string', key);
}

export function arrayKeyword(schema: RegoObject, key: string): readonly RegoValue[] | undefined {
  const value = schema.get(key);
  if (value === undefined || isArray(value)) return value;
  throw new BuiltinError(`${key} must be of an array`);
}

/** A number with its exact value; undefined when the value is none. */
export function limitOf(value: RegoValue | undefined, meter: Meter): Limit | undefined {
  if (value === undefined || !isNumber(value)) return undefined;
  const rational = parseRational(numberText(value), meter);
  return rational && { value: rational, text: formatFloat(Number(numberText(value)), 'g', -1) };
}

export function limitKeyword(schema: RegoObject, key: string, meter: Meter): Limit | undefined {
  const value = schema.get(key);
  const limit = limitOf(value, meter);
  if (value !== undefined && limit === undefined) throw new BuiltinError(`${key} must be of a Number`);
  return limit;
}

/** A count: an integer of at least 0. */
export function countKeyword(schema: RegoObject, key: string): number | undefined {
  const value = schema.get(key);
  if (value === undefined) return undefined;
  const count = isNumber(value) && /^-?\d+$/.test(numberText(value)) ? exactInteger(value) : undefined;
  if (count === undefined) throw new BuiltinError(`${key} must be of an integer`);
  if (count < 0n) throw new BuiltinError(`${key} must be greater than or equal to 0`);
  return Number(count);
}

/** The objects of a keyword that holds named schemas. */
export function membersOf(value: RegoValue, key: string): readonly (readonly [string, RegoValue])[] {
  if (!(value instanceof RegoObject)) throw new BuiltinError(`${key} must be of type object`);
  return value.entries.map(([name, item]) => [keyText(name), item]);
}

/** True for what may stand where a schema is expected. */
export function isSchemaValue(value: RegoValue): value is boolean | RegoObject {
  return typeof value === 'boolean' || value instanceof RegoObject;
}
