import { Decimal } from 'decimal.js';
import { numberFromText } from '../value/number.js';
import { RegoDecimal } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import { typeName } from './operands.js';

/** The three forms of a Rego number. */
export type RegoNumber = number | bigint | RegoDecimal;

/** Numbers of more decimal digits are not expanded to integers; OPA itself stops at 2^100000, which has 30103 digits. */
const MAX_DIGITS = 30_103;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Decimals whose sums and products stay exact for any number that a policy can sensibly hold. */
const ExactDecimal: typeof Decimal = Decimal.clone({ precision: 2_000, maxE: 9e15, minE: -9e15 });

export function isNumber(value: RegoValue): value is RegoNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof RegoDecimal;
}

/** The number as it was written. */
export function numberText(value: RegoNumber): string {
  return value instanceof RegoDecimal ? value.text : String(value);
}

/** The operand as a number; throws topdown's type error otherwise. */
export function numberOperand(value: RegoValue, position: number): RegoNumber {
  if (isNumber(value)) return value;
  throw new BuiltinError(`operand ${position} must be number but got ${typeName(value)}`, { kind: 'type' });
}

/**
 * The operand as an int64. `1.0` is one, `1e3` is not: OPA decides by the text, of at most 19 characters beside the sign.
 */
export function intOperand(value: RegoValue, position: number): bigint {
  const number = int64(numberOperand(value, position));
  if (number !== undefined) return number;
  throw new BuiltinError(`operand ${position} must be integer number but got floating-point number`, { kind: 'type' });
}

/** The operand as an integer of any size, however it is written (`1e30` is one). */
export function bigintOperand(value: RegoValue, position: number): bigint {
  if (!isNumber(value)) throw new BuiltinError(`operand ${position} must be integer but got ${typeName(value)}`, { kind: 'type' });
  const number = exactInteger(value);
  if (number !== undefined) return number;
  throw new BuiltinError(`operand ${position} must be integer number but got floating-point number`, { kind: 'type' });
}

/** The number as an int64 under OPA's rule (see {@link intOperand}). */
export function int64(value: RegoNumber): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  const match = /^(-?)(\d+)(\.0*)?$/.exec(numberText(value));
  if (match === null) return undefined;
  const [, sign = '', digits = '', zeros = ''] = match;
  if (digits.length + zeros.length > 19) return undefined;
  const number = BigInt(sign + digits);
  return number >= INT64_MIN && number <= INT64_MAX ? number : undefined;
}

/** The number as an exact integer, or undefined when it has a fraction or is beyond OPA's largest number. */
export function exactInteger(value: RegoNumber): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  const decimal = toDecimal(value);
  if (!decimal.isInteger() || decimal.e >= MAX_DIGITS) return undefined;
  return BigInt(decimal.toFixed(0));
}

/** The number as a decimal with all its digits. */
export function toDecimal(value: RegoNumber): Decimal {
  return new ExactDecimal(numberText(value));
}

/** The nearest float64, as Go's strconv.ParseFloat gives it; undefined when it overflows. */
export function toFloat64(value: RegoNumber): number | undefined {
  const float = Number(numberText(value));
  return Number.isFinite(float) ? float : undefined;
}

/** An integer as a Rego number. */
export function fromBigint(value: bigint): RegoNumber {
  return numberFromText(value.toString());
}

export { numberFromText };
