import { randomBytes } from 'node:crypto';

const POOL_BYTES = 4096;
/** Random digits of one id. */
const DIGITS = 15;
/** Ids of one ms and process that sort by their making. */
const MAX_COUNT = 0x3fff;

/**
 * UUIDs of version 7 (RFC 9562) with a counter after the time: unique, and in the order of their making even where the clock goes back, so
 * that a record is found by its time and sorted by its id alone. Times are in ms since 1970.
 */
export function createDecisionIds(): (ms: number) => string {
  let pool = '';
  let at = 0;
  let ms = -1;
  let count = 0;
  let head = '';

  function start(time: number): void {
    ms = time;
    count = 0;
    const digits = time.toString(16).padStart(12, '0');
    head = `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
  }

  return (time) => {
    if (time > ms) start(time);
    else if (count > MAX_COUNT) start(ms + 1);
    if (at + DIGITS > pool.length) {
      pool = randomBytes(POOL_BYTES).toString('hex');
      at = 0;
    }
    const random = pool.slice(at, at + DIGITS);
    at += DIGITS;
    // Below the version the upper twelve bits of the counter, below the variant (binary 10) its lower two.
    const upper = (count >> 2).toString(16).padStart(3, '0');
    const lower = (0x8 | (count & 3)).toString(16);
    count += 1;
    return `${head}${upper}-${lower}${random.slice(0, 3)}-${random.slice(3)}`;
  };
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
