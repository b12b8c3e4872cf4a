import type { Step } from '../../value/step.js';
import { RegoDecimal, RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext } from '../builtin.js';
import { toDecimal } from '../numeric.js';
import { isArray, stringOperand } from '../operands.js';
import { parseJson } from '../strict-json.js';

/** OPA's bound on the binary exponent of a number that is written with one. */
const MAX_BINARY_EXPONENT = 100_000;

/** `json.unmarshal` as topdown has it; the native one takes numbers of any size. */
export function unmarshal({ step }: BuiltinContext, text: RegoValue = null): RegoValue {
  const value = parseJson(stringOperand(text, 1), step);
  checkNumbers(value, step);
  return value;
}

/** `json.is_valid` as topdown has it; the native one takes text behind the value, and stops at half a surrogate pair. */
export function isValid(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  if (typeof text !== 'string') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function checkNumbers(value: RegoValue, step: Step): void {
  step();
  if (value instanceof RegoDecimal) {
    if (/e/i.test(value.text) && Math.abs(binaryExponent(value)) > MAX_BINARY_EXPONENT)
      throw new BuiltinError('invalid number: number too big');
  } else if (isArray(value)) {
    for (const item of value) checkNumbers(item, step);
  } else if (value instanceof RegoObject) {
    for (const [, item] of value.entries) checkNumbers(item, step);
  }
}

function binaryExponent(number: RegoDecimal): number {
  const decimal = toDecimal(number);
  if (decimal.isZero()) return 0;
  // The leading digits decide where the power of ten falls between two powers of two.
  const leading = Number(decimal.abs().toExponential(15).split('e')[0]);
  return Math.floor((decimal.e + Math.log10(leading)) * Math.log2(10)) + 1;
}
