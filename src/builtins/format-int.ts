import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext } from './builtin.js';
import { int64, numberOperand, numberText } from './numeric.js';
import { digitsWork, parseRational, roundToBits } from './rational.js';

const BASES = ['2', '8', '10', '16'];

/** `format_int` as topdown has it; the native one loses the digits of integers beyond 64 bits. */
export function formatInt(context: BuiltinContext, value: RegoValue = null, base: RegoValue = null): RegoValue {
  const number = numberOperand(value, 1);
  const radix = numberText(numberOperand(base, 2));
  if (!BASES.includes(radix)) throw new BuiltinError(`operand 2 must be one of {${BASES.join(', ')}}`, { kind: 'type' });
  const text = numberText(number);
  context.reserve(digitsWork(text.length));
  const integer = /^-?\d+$/.test(text) ? BigInt(text) : (int64(number) ?? truncated(text, context));
  return integer.toString(Number(radix));
}

/** Fractions are cut off after rounding to the 64 bits that OPA computes with. */
function truncated(text: string, context: BuiltinContext): bigint {
  const { numerator, denominator } = roundToBits(parseRational(text, context) ?? { numerator: 0n, denominator: 1n }, 64);
  return numerator / denominator;
}
