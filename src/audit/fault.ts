import { rowHash } from './chain.js';
import type { ChainedEvent } from './chain.js';

/** What is wrong with a trail, at the first place where anything is. */
export interface Fault {
  readonly kind: 'changed' | 'dropped' | 'swapped' | 'inserted' | 'cut' | 'rewritten' | 'unsigned' | 'forged' | 'empty';
  /** Number of the row, or of the last one that is in order. */
  readonly seq: number;
  readonly message: string;
}

/** A place in the chain. */
export interface Link {
  readonly seq: number;
  readonly hash: string;
}

/** Where a walk along the chain could not go on. */
export interface Break {
  /** The row that does not follow. */
  readonly row: ChainedEvent;
  /** Links before it that were in order, oldest first, the place where the chain begins among them; never empty. */
  readonly before: readonly Link[];
  /** Rows that stand after it. */
  readonly after: readonly ChainedEvent[];
  readonly isSigned: (link: Link) => boolean;
}

/** Farthest from its own number that a row is looked for: hashing so often takes less than 100 ms. */
const MAX_SHIFT = 5_000;

export function fault(kind: Fault['kind'], seq: number, message: string): Fault {
  return { kind, seq, message };
}

/**
 * Names what was done. A row carries the hash of the one before it and its own number is in its hash: so it tells where it was written,
 * wherever it stands and whatever number it was given.
 */
export function faultAt({ row, before, after, isSigned }: Break): Fault {
  const last = before.at(-1) ?? { seq: 0, hash: '' };
  const place = last.seq + 1;
  const written = writtenAs(row);
  const isHeir = (other: ChainedEvent): boolean =>
    other.prev_hash === last.hash && (isRow(other, place, last.hash) || isRow(other, other.seq, last.hash));
  const heir = after.some(isHeir);

  const fork = before.slice(0, -1).findLast(({ hash }) => hash === row.prev_hash);
  if (written !== undefined && fork !== undefined) {
    const branch = before.slice(before.indexOf(fork) + 1);
    // Two rows follow the same one: the one that the rest of the trail goes on from, or that was signed, is the true one.
    if (heir || branch.some(isSigned) || branch.some(({ hash }) => hash === row.hash))
      return fault('inserted', row.seq, `row ${row.seq} was inserted after row ${last.seq}: row ${fork.seq} was followed by another one`);
    const [first = last] = branch;
    return fault('inserted', first.seq, `row ${first.seq} was inserted: row ${row.seq} follows the one before it`);
  }
  if (heir) {
    if (written !== undefined && isMoved(row, after))
      return fault('swapped', place, `row ${written} stands where row ${place} was written: they were swapped`);
    return fault('inserted', row.seq, `row ${row.seq} was inserted after row ${last.seq}: what was written there comes later`);
  }
  if (written === undefined) return altered(row, place, last, after);
  if (written > place) return fault('dropped', place, missing(place, written - 1));
  if (written < place)
    return fault('inserted', row.seq, `row ${row.seq} was inserted after row ${last.seq}: it belongs nowhere in the chain`);
  if (row.prev_hash === last.hash) return fault('changed', place, `row ${place} was changed: its number was made ${row.seq}`);
  if (before.length === 1) return fault('changed', place, `row ${place} was changed, with a hash made for it`);
  return fault('changed', last.seq, `row ${last.seq} was changed, with a hash made for it: row ${place} follows another one`);
}

/** Its hash does not fit what it says. */
function altered(row: ChainedEvent, place: number, last: Link, after: readonly ChainedEvent[]): Fault {
  const other = after.find((candidate) => rowHash(place, last.hash, candidate) === row.hash);
  if (other !== undefined)
    return fault('swapped', place, `row ${place} says what was written in row ${other.seq}'s place: they were swapped`);
  if (row.seq > place && row.prev_hash !== last.hash) return fault('dropped', place, missing(place, row.seq - 1));
  return fault('changed', place, `row ${place} was changed after it was written`);
}

/** True for a row that has its place later on, which is still free. */
function isMoved(row: ChainedEvent, after: readonly ChainedEvent[]): boolean {
  return (
    after.some(({ hash }) => hash === row.prev_hash) &&
    !after.some(({ hash, prev_hash: previous }) => hash === row.hash || previous === row.prev_hash)
  );
}

/** The number under which it was written; undefined for one that was changed. */
function writtenAs(row: ChainedEvent): number | undefined {
  if (!Number.isSafeInteger(row.seq)) return undefined;
  for (let shift = 0; shift <= MAX_SHIFT; shift++) {
    if (isRow(row, row.seq + shift, row.prev_hash)) return row.seq + shift;
    if (isRow(row, row.seq - shift, row.prev_hash)) return row.seq - shift;
  }
  return undefined;
}

function isRow(row: ChainedEvent, seq: number, previous: string): boolean {
  return rowHash(seq, previous, row) === row.hash;
}

function missing(from: number, to: number): string {
  return from === to ? `row ${from} is missing` : `rows ${from} to ${to} are missing`;
}
