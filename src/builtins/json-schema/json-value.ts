import { formatJson } from '../../value/format-json.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { isNumber, numberText } from '../numeric.js';
import { isArray } from '../operands.js';

/** A value as JSON text with numbers as float64, so that 1 and 1.0 compare equal: how OPA compares `const` and `enum`. */
export function canonicalJson(value: RegoValue): string {
  return formatJson(withFloats(value));
}

function withFloats(value: RegoValue): RegoValue {
  if (isNumber(value)) {
    const float = Number(numberText(value));
    return Number.isFinite(float) ? float : value;
  }
  if (isArray(value)) return value.map(withFloats);
  return value instanceof RegoObject ? RegoObject.of(value.entries.map(([key, item]) => [key, withFloats(item)])) : value;
}
