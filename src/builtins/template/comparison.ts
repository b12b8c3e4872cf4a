import { compareStrings } from '../../value/compare-strings.js';
import { BuiltinError } from '../builtin.js';
import type { GoValue } from '../go-format/go-value.js';

type Kind = 'nil' | 'bool' | 'int' | 'float' | 'string' | 'other';

function kindOf(value: GoValue): Kind {
  if (value === null) return 'nil';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value.type === 'json.Number') return 'string';
  if (value.type === 'float64') return 'float';
  return value.type === 'int' || value.type === 'int64' ? 'int' : 'other';
}

function textOf(value: GoValue): string {
  if (typeof value === 'object' && value?.type === 'json.Number') return value.text;
  return typeof value === 'string' ? value : '';
}

/** `eq`: only values of one kind compare, and collections not at all. Throws BuiltinError. */
export function equal(a: GoValue, b: GoValue): boolean {
  const [kind, other] = [kindOf(a), kindOf(b)];
  if (kind !== other) {
    if (kind === 'nil' || other === 'nil') return false;
    throw incompatible();
  }
  if (kind === 'nil') return true;
  if (kind === 'other') throw new BuiltinError('template: non-comparable types');
  return kind === 'bool' ? a === b : order(kind, a, b) === 0;
}

/** `lt` and its kin: integers, floats and strings. Throws BuiltinError. */
export function compare(a: GoValue, b: GoValue): number {
  const kind = kindOf(a);
  if (kind !== kindOf(b)) throw incompatible();
  if (kind === 'nil' || kind === 'bool' || kind === 'other') throw new BuiltinError('template: invalid type for comparison');
  return order(kind, a, b);
}

function order(kind: 'int' | 'float' | 'string', a: GoValue, b: GoValue): number {
  if (kind === 'string') return compareStrings(textOf(a), textOf(b));
  const [x, y] = [numberOf(a), numberOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function numberOf(value: GoValue): number | bigint {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : 0;
}

function incompatible(): BuiltinError {
  return new BuiltinError('template: incompatible types for comparison');
}
