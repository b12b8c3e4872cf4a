import type { Meter } from './builtin.js';
import { tooLarge } from './text-limit.js';

/** An exact fraction; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Digits of numerator and denominator: some times those of OPA's largest numbers, 2^100000. */
const MAX_DIGITS = 150_000;

/** Dividing numbers of so many digits by each other takes a microsecond; it grows with the square of the digits. */
const DIGITS_PER_US = 300;

/** Microseconds that it takes to read, divide or print an integer of so many digits. */
export function digitsWork(digits: number): number {
  return (digits / DIGITS_PER_US) ** 2;
}

/**
 * Reads a decimal with optional sign, fraction and exponent; undefined when the text is anything else. Throws
 * `evaluation_out_of_memory` for one of too many digits.
 */
export function parseRational(text: string, { reserve }: Pick<Meter, 'reserve'>): Rational | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const exponent = Number(exponentText) - fraction.length;
  const length = whole.length + fraction.length + Math.abs(exponent);
  if (length > MAX_DIGITS) throw tooLarge(`The number has more than ${MAX_DIGITS} digits`);
  reserve(digitsWork(length));
  const digits = BigInt(whole + fraction);
  return {
    numerator: (sign === '-' ? -digits : digits) * (exponent > 0 ? 10n ** BigInt(exponent) : 1n),
    denominator: exponent < 0 ? 10n ** BigInt(-exponent) : 1n,
  };
}

/** The nearest number with that many bits of mantissa, ties to even: what one step of Go's big.Float keeps. */
export function roundToBits({ numerator, denominator }: Rational, bits: number): Rational {
  if (numerator === 0n) return { numerator, denominator: 1n };
  const magnitude = numerator < 0n ? -numerator : numerator;
  let shift = bits - bitLength(magnitude) + bitLength(denominator);
  // The first guess of the shift is at most one bit too high.
  if (bitLength(scaled(magnitude, shift) / scaled(denominator, -shift)) > bits) shift--;
  const dividend = scaled(magnitude, shift);
  const divisor = scaled(denominator, -shift);
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  const signed = numerator < 0n ? -rounded : rounded;
  return shift > 0 ? { numerator: signed, denominator: 1n << BigInt(shift) } : { numerator: signed << BigInt(-shift), denominator: 1n };
}

/** Shifted to the left where the shift is positive, left alone otherwise. */
function scaled(value: bigint, shift: number): bigint {
  return shift > 0 ? value << BigInt(shift) : value;
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return value === 0n ? 0 : (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)));
}
