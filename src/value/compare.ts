import { Decimal } from 'decimal.js';
import { RegoDecimal, RegoObject, RegoSet } from './value.js';
import type { Step } from './step.js';
import type { RegoValue } from './value.js';

/** Rank of each type in OPA's order: null < boolean < number < string < array < object < set. */
function rank(value: RegoValue): number {
  if (value === null) return 0;
  switch (typeof value) {
    case 'boolean':
      return 1;
    case 'number':
    case 'bigint':
      return 2;
    case 'string':
      return 3;
    default:
      if (value instanceof RegoDecimal) return 2;
      if (value instanceof RegoObject) return 5;
      return value instanceof RegoSet ? 6 : 4;
  }
}

/** OPA's total order over values: negative, zero or positive. Strings compare by UTF-8 bytes, as Go does. `step` counts members. */
export function compareValues(a: RegoValue, b: RegoValue, step?: Step): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const ranks = rank(a) - rank(b);
  if (ranks !== 0) return ranks;
  if (a === null) return 0;
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (a instanceof RegoSet && b instanceof RegoSet) return compareLists(a.members, b.members, compareValues, step);
  if (a instanceof RegoObject && b instanceof RegoObject) return compareLists(a.entries, b.entries, compareEntries, step);
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a as readonly RegoValue[], b as readonly RegoValue[], compareValues, step);
  return 0;
}

/** True when the two are the same Rego value (1 and 1.0 are). */
export function equalValues(a: RegoValue, b: RegoValue, step?: Step): boolean {
  return compareValues(a, b, step) === 0;
}

function isNumber(value: RegoValue): value is number | bigint | RegoDecimal {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof RegoDecimal;
}

function compareNumbers(a: number | bigint | RegoDecimal, b: number | bigint | RegoDecimal): number {
  if (!(a instanceof RegoDecimal) && !(b instanceof RegoDecimal)) return a < b ? -1 : a > b ? 1 : 0;
  return decimal(a).cmp(decimal(b));
}

function decimal(value: number | bigint | RegoDecimal): Decimal {
  return new Decimal(value instanceof RegoDecimal ? value.text : String(value));
}

/** UTF-16 order equals UTF-8 byte order except around surrogates, which sort below U+E000..U+FFFF in UTF-16 only. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x === y) continue;
    const surrogates = Number(x >= 0xd800 && x <= 0xdfff) - Number(y >= 0xd800 && y <= 0xdfff);
    return surrogates === 0 ? x - y : surrogates;
  }
  return a.length - b.length;
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T, step?: Step) => number, step?: Step): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    step?.();
    const order = compare(a[index] as T, b[index] as T, step);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** OPA compares objects key by key, then value by value at the first equal key, then by size. */
function compareEntries([keyA, valueA]: Entry, [keyB, valueB]: Entry, step?: Step): number {
  return compareValues(keyA, keyB, step) || compareValues(valueA, valueB, step);
}

type Entry = readonly [RegoValue, RegoValue];
