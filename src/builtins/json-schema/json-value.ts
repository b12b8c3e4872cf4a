import { formatJson } from '../../value/format-json.js';
import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { isNumber, numberText } from '../numeric.js';
import { isArray } from '../operands.js';

/** A value as JSON text with numbers as float64, so that 1 and 1.0 compare equal: how OPA compares `const` and `enum`. */
export function canonicalJson(value: RegoValue, step: Step): string {
  return formatJson(withFloats(value, step), step);
}

function withFloats(value: RegoValue, step: Step): RegoValue {
  step();
  if (isNumber(value)) {
    const float = Number(numberText(value));
    return Number.isFinite(float) ? float : value;
  }
  if (isArray(value)) return value.map((item) => withFloats(item, step));
  return value instanceof RegoObject ? RegoObject.of(value.entries.map(([key, item]) => [key, withFloats(item, step)])) : value;
}
