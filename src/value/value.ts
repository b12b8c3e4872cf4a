import { Decimal } from 'decimal.js';
import { compareStrings } from './compare-strings.js';
import { findSorted, sortedUnique } from './sorted.js';
import type { Step } from './step.js';

/**
 * A Rego value in JavaScript, exact: integers beyond 2^53 are bigint, decimals that a JS number would reword keep their text.
 * Which form a number has is decided by its text alone (see `numberFromText`), so equal texts give equal forms.
 */
export type RegoValue = null | boolean | number | bigint | RegoDecimal | string | readonly RegoValue[] | RegoSet | RegoObject;

/** A number whose text a JS number or bigint would not print back (`1.0`, `1e3`, 30 digits after the point). */
export class RegoDecimal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A set: its members sorted by OPA's order, without repeats. */
export class RegoSet {
  readonly members: readonly RegoValue[];
  private constructor(members: readonly RegoValue[]) {
    this.members = members;
  }

  /** From members in any order, with repeats. `step` counts comparisons. */
  static of(members: Iterable<RegoValue>, step?: Step): RegoSet {
    return new RegoSet(sortedUnique([...members], (a, b) => counted(a, b, step), 'first'));
  }

  get size(): number {
    return this.members.length;
  }

  has(value: RegoValue, step?: Step): boolean {
    return findSorted(this.members, (member) => counted(member, value, step)) >= 0;
  }
}

/** An object: entries sorted by key in OPA's order; keys may be any value. */
export class RegoObject {
  readonly entries: readonly (readonly [RegoValue, RegoValue])[];
  private constructor(entries: readonly (readonly [RegoValue, RegoValue])[]) {
    this.entries = entries;
  }

  /** From entries in any order; of repeated keys the last wins. `step` counts comparisons. */
  static of(entries: Iterable<readonly [RegoValue, RegoValue]>, step?: Step): RegoObject {
    return new RegoObject(sortedUnique([...entries], ([a], [b]) => counted(a, b, step), 'last'));
  }

  /** From a plain record of Rego values. */
  static from(record: Readonly<Record<string, RegoValue>>): RegoObject {
    return RegoObject.of(Object.entries(record));
  }

  get size(): number {
    return this.entries.length;
  }

  get(key: RegoValue, step?: Step): RegoValue | undefined {
    return this.entries[findSorted(this.entries, ([candidate]) => counted(candidate, key, step))]?.[1];
  }
}

function counted(a: RegoValue, b: RegoValue, step?: Step): number {
  step?.();
  return compareValues(a, b, step);
}

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
