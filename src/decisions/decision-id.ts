import { randomBytes } from 'node:crypto';

/** Random digits of an id: three behind the variant, twelve at the end. */
const TAIL_DIGITS = 15;
/** Ids of one ms and process that sort by their making. */
const MAX_COUNT = 0x3fff;

/** The middle of an id by its counter: below the version the upper twelve bits, below the variant (binary 10) the lower two. */
const counters: string[] = [];

function counterText(count: number): string {
  return (counters[count] ??= `${(count >> 2).toString(16).padStart(3, '0')}-${(0x8 | (count & 3)).toString(16)}`);
}

function headOf(ms: number): string {
  const digits = ms.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
}

/** An id from its parts: time in ms since 1970, counter, and the random end as {@link DecisionIds.tail} gives it. */
export function idOf(ms: number, count: number, tail: string): string {
  return headOf(ms) + counterText(count) + tail;
}

/**
 * UUIDs of version 7 (RFC 9562) with a counter after the time: unique, and in the order of their making even where the clock goes back, so
 * that a record is found by its time and sorted by its id alone. What is random tells the ids of processes apart, not those of one: it is
 * drawn anew now and then, for that takes as long as all the rest.
 */
export class DecisionIds {
  /** Of the id that was made last: its time, its counter and its end. */
  ms = -1;
  count = 0;
  tail = '';
  #head = '';

  constructor() {
    this.renew();
  }

  /** The next one. `time` is in ms since 1970. */
  next(time: number): string {
    if (time > this.ms) this.#start(time);
    else if (this.count >= MAX_COUNT) this.#start(this.ms + 1);
    else this.count += 1;
    return this.#head + counterText(this.count) + this.tail;
  }

  /** From now on ids have another end. */
  renew(): void {
    const digits = randomBytes(8).toString('hex').slice(0, TAIL_DIGITS);
    this.tail = `${digits.slice(0, 3)}-${digits.slice(3)}`;
  }

  #start(ms: number): void {
    this.ms = ms;
    this.count = 0;
    this.#head = headOf(ms);
  }
}

const ID = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

/** When a decision of this id was made, in ms since 1970; undefined for what is no id of a decision. */
export function timeOfId(id: string): number | undefined {
  const match = ID.exec(id);
  return match === null ? undefined : Number.parseInt(`${match[1] ?? ''}${match[2] ?? ''}`, 16);
}

/** The least id of a time. */
export function leastIdOf(ms: number): string {
  const digits = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
