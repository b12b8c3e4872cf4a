import { compareValues } from './compare.js';
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
    return find(this.members, (member) => counted(member, value, step)) >= 0;
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
    return this.entries[find(this.entries, ([candidate]) => counted(candidate, key, step))]?.[1];
  }
}

function counted(a: RegoValue, b: RegoValue, step?: Step): number {
  step?.();
  return compareValues(a, b, step);
}

/** Sorts in place unless sorted, and of equal items keeps one (Array sort is stable). */
function sortedUnique<T>(items: T[], compare: (a: T, b: T) => number, keep: 'first' | 'last'): T[] {
  if (ascending(items, compare)) return items;
  items.sort(compare);
  const step = keep === 'first' ? -1 : 1;
  return items.filter((item, index) => {
    const neighbour = items[index + step];
    return neighbour === undefined || compare(item, neighbour) !== 0;
  });
}

function ascending<T>(items: readonly T[], compare: (a: T, b: T) => number): boolean {
  for (let index = 1; index < items.length; index++) {
    if (compare(items[index - 1] as T, items[index] as T) >= 0) return false;
  }
  return true;
}

/** Binary search: index of the item for which `compare` is 0, or -1. */
function find<T>(items: readonly T[], compare: (item: T) => number): number {
  let low = 0;
  let high = items.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compare(items[middle] as T);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
