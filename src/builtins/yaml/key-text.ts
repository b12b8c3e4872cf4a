import type { Scalar } from 'yaml';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { formatFloat } from '../go-format/float-text.js';
import { isNumber, numberText } from '../numeric.js';
import { resolvePlain } from './resolve.js';

/** The JSON member name that a YAML key becomes; null has none. */
export function keyText(value: RegoValue, node: Scalar): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (!isNumber(value)) throw new BuiltinError('unsupported map key of type: nil');
  const isFloat = resolvePlain(node.source ?? '').tag === 'float';
  // Go prints a float key with the digits of a float32.
  return isFloat ? float32Text(Number(numberText(value))) : numberText(value);
}

/** The fewest digits that read back as the same float32, laid out as Go's `%g`. */
function float32Text(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return formatFloat(shorter, 'g', -1);
  }
  return formatFloat(Number(single.toPrecision(9)), 'g', -1);
}
