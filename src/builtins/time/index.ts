import type { Temporal } from 'temporal-polyfill';
import type { RegoValue } from '../../value/value.js';
import type { BuiltinGroup } from '../builtin.js';
import { BuiltinError } from '../builtin.js';
import { exactInteger, fromBigint, intOperand, isNumber, numberOperand, toDecimal } from '../numeric.js';
import type { RegoNumber } from '../numeric.js';
import { stringOperand, typeName } from '../operands.js';
import { daysInMonth, epochSeconds, fitsInt64, NS_PER_SECOND } from './calendar.js';
import { parseDuration } from './duration.js';
import { formatTime, layoutOf, subsecond, weekdayName } from './layout.js';
import { parseTime } from './parse-layout.js';
import { loadZone, offsetSeconds, zoned } from './zone.js';

const RFC3339 = layoutOf('RFC3339');
const RFC3339_NANO = layoutOf('RFC3339Nano');

/** `time.*`: all of them count nanoseconds since the epoch as exact integers. */
export const timeBuiltins: BuiltinGroup = {
  'time.now_ns': ({ nowNs }) => fromBigint(nowNs),
  'time.parse_ns': ({ step }, layout = null, value = null) =>
    nanoseconds(parseTime(layoutOf(stringOperand(layout, 1)), stringOperand(value, 2), step)),
  'time.parse_rfc3339_ns': ({ step }, value = null) => nanoseconds(parseTime(RFC3339, stringOperand(value, 1), step)),
  'time.parse_duration_ns': (_, text = null) => fromBigint(parseDuration(stringOperand(text, 1))),
  'time.format': ({ step }, when = null) => {
    const { time, layout } = timeOperand(when);
    return formatTime(time, layout === '' ? RFC3339_NANO : layoutOf(layout), step);
  },
  'time.date': (_, when = null) => {
    const { time } = timeOperand(when);
    return [time.year, time.month, time.day];
  },
  'time.clock': (_, when = null) => {
    const { time } = timeOperand(when);
    return [time.hour, time.minute, time.second];
  },
  'time.weekday': (_, when = null) => weekdayName(timeOperand(when).time),
  'time.add_date': (_, when = null, years = null, months = null, days = null) =>
    addDate(timeOperand(when).time, intOperand(years, 2), intOperand(months, 3), intOperand(days, 4)),
  'time.diff': (_, a = null, b = null) => difference(timeOperand(a).time, timeOperand(b).time),
};

/** A time operand: nanoseconds, or an array of nanoseconds, zone name and layout, the last two left out at will. */
function timeOperand(value: RegoValue): { readonly time: Temporal.ZonedDateTime; readonly layout: string } {
  if (isNumber(value)) return { time: zoned(instant(value), 'UTC'), layout: '' };
  const parts = Array.isArray(value) ? (value as readonly RegoValue[]) : [];
  const [when, zone, layout] = parts;
  if (when === undefined) {
    const expected = 'either number (ns) or [number (ns), string (tz)]';
    throw new BuiltinError(`operand 1 must be ${expected} but got ${typeName(value)}`, { kind: 'type' });
  }
  const number = numberOperand(when, 1);
  const name = loadZone(zone === undefined ? '' : stringOperand(zone, 1));
  const text = layout === undefined ? '' : stringOperand(layout, 1);
  return { time: zoned(instant(number), name), layout: text };
}

/** The number as int64 nanoseconds. It must be a whole number after it was rounded to the 64 bits of Go's big.Float. */
function instant(value: RegoNumber): bigint {
  const whole = exactInteger(value) ?? roundedTo64Bits(value);
  if (whole === undefined || !fitsInt64(whole)) throw new BuiltinError('timestamp too big');
  return whole;
}

function roundedTo64Bits(value: RegoNumber): bigint | undefined {
  const decimal = toDecimal(value);
  if (decimal.e > 20) return undefined;
  // Below one nothing can round to a whole number but to one itself, which needs 64 ones behind the point.
  const bits = decimal.abs().lt(1) ? 0 : BigInt(decimal.abs().trunc().toFixed()).toString(2).length;
  if (bits > 64) return undefined;
  const scale = 2n ** BigInt(64 - bits);
  const scaled = BigInt(decimal.mul(scale.toString()).toDecimalPlaces(0, 6).toFixed());
  return scaled !== 0n && scaled % scale === 0n ? scaled / scale : undefined;
}

function nanoseconds(value: bigint): RegoNumber {
  if (!fitsInt64(value)) throw new BuiltinError('time outside of valid range');
  return fromBigint(value);
}

/** Adds to the calendar fields and carries over, as Go's AddDate: 31 January plus one month is 2 or 3 March. */
function addDate(time: Temporal.ZonedDateTime, years: bigint, months: bigint, days: bigint): RegoNumber {
  const { hour, minute, second } = time;
  const year = BigInt(time.year) + years;
  const local = epochSeconds({
    year,
    month: BigInt(time.month) + months,
    day: BigInt(time.day) + days,
    hour,
    minute,
    second,
    nanosecond: 0,
  });
  // A day either way of the range of int64 is out of range in every zone, and safe to ask the zone database for.
  if (!fitsInt64((local - (local < 0n ? -90_000n : 90_000n)) * NS_PER_SECOND)) throw new BuiltinError('time outside of valid range');
  // Go's rule for a local time that exists twice or never: the offset at the instant that the first guess leads to.
  const guess = offsetSeconds(local, time.timeZoneId);
  const offset = guess === 0 ? 0 : offsetSeconds(local - BigInt(guess), time.timeZoneId);
  return nanoseconds((local - BigInt(offset)) * NS_PER_SECOND + BigInt(subsecond(time)));
}

/** Years, months, days, hours, minutes and seconds between two times, both on the calendar of the first one's zone. */
function difference(a: Temporal.ZonedDateTime, b: Temporal.ZonedDateTime): readonly number[] {
  const other = b.withTimeZone(a.timeZoneId);
  const [from, to] = a.epochNanoseconds > other.epochNanoseconds ? [other, a] : [a, other];
  let years = to.year - from.year;
  let months = to.month - from.month;
  let days = to.day - from.day;
  let hours = to.hour - from.hour;
  let minutes = to.minute - from.minute;
  let seconds = to.second - from.second;
  if (seconds < 0) {
    seconds += 60;
    minutes--;
  }
  if (minutes < 0) {
    minutes += 60;
    hours--;
  }
  if (hours < 0) {
    hours += 24;
    days--;
  }
  if (days < 0) {
    days += daysInMonth(from.year, from.month);
    months--;
  }
  if (months < 0) {
    months += 12;
    years--;
  }
  return [years, months, days, hours, minutes, seconds];
}
