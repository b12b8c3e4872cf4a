/** Names and day counts of the proleptic Gregorian calendar. */
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Sunday first, as Go counts them. */
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export const NS_PER_SECOND = 1_000_000_000n;

const SECONDS_PER_DAY = 86_400n;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A point on the calendar; fields may lie outside their usual range and are then carried over, as Go's time.Date does. */
export interface CivilTime {
  readonly year: bigint;
  /** 1 = January. */
  readonly month: bigint;
  readonly day: bigint;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

/** Seconds between the epoch and the civil time taken as UTC; the nanoseconds are left to the caller. */
export function epochSeconds(time: CivilTime): bigint {
  const carriedMonths = time.month - 1n;
  const years = floorDivide(carriedMonths, 12n);
  const days = daysBefore(time.year + years, carriedMonths - years * 12n + 1n) + time.day - 1n;
  return days * SECONDS_PER_DAY + BigInt(time.hour * 3600 + time.minute * 60 + time.second);
}

/** Days of the month (1 = January) of that year. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** True when the nanoseconds fit the int64 in which OPA counts time (years 1677 to 2262). */
export function fitsInt64(nanoseconds: bigint): boolean {
  return nanoseconds >= INT64_MIN && nanoseconds <= INT64_MAX;
}

/** Days from the epoch to the first of the month. A year is counted from March here, so that the leap day comes last. */
function daysBefore(year: bigint, month: bigint): bigint {
  const shifted = month > 2n ? year : year - 1n;
  const era = floorDivide(shifted, 400n);
  const yearOfEra = shifted - era * 400n;
  const dayOfYear = (153n * (month > 2n ? month - 3n : month + 9n) + 2n) / 5n;
  const dayOfEra = yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear;
  // 719,468 days lie between 0000-03-01 and 1970-01-01; 146,097 days make 400 years.
  return era * 146_097n + dayOfEra - 719_468n;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
