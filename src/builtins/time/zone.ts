import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import { BuiltinError } from '../builtin.js';

const known = new LRUCache<string, string>({ max: 1000 });

/**
 * The IANA zone of that name; `''` is UTC and `Local` the zone of the process. Throws BuiltinError for a name that is not in
 * the database, and for one whose letters differ in case: Go looks zones up as file names.
 */
export function loadZone(name: string): string {
  if (name === '' || name === 'UTC') return 'UTC';
  if (name === 'Local') return Temporal.Now.timeZoneId();
  if (/^[+-]/.test(name)) throw new BuiltinError(`unknown time zone ${name}`);
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  try {
    const zone = Temporal.Instant.fromEpochNanoseconds(0n).toZonedDateTimeISO(name).timeZoneId;
    if (zone === name) {
      known.set(name, zone);
      return zone;
    }
  } catch (cause) {
    throw new BuiltinError(`unknown time zone ${name}`, { cause });
  }
  throw new BuiltinError(`unknown time zone ${name}`);
}

/** The calendar fields of an instant in a zone. */
export function zoned(nanoseconds: bigint, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(nanoseconds).toZonedDateTimeISO(zone);
}

/** Seconds east of Greenwich at that instant. */
export function offsetSeconds(epochSecond: bigint, zone: string): number {
  if (zone === 'UTC') return 0;
  return zoned(epochSecond * 1_000_000_000n, zone).offsetNanoseconds / 1e9;
}
