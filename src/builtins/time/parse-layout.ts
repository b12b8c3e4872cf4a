import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import { daysInMonth, epochSeconds, isLeap, MONTHS, NS_PER_SECOND, WEEKDAYS } from './calendar.js';
import { nextChunk } from './layout.js';

const OFFSETS: Readonly<Record<string, RegExp>> = {
  '07': /^([+-])(\d\d)/,
  '0700': /^([+-])(\d\d)(\d\d)/,
  '07:00': /^([+-])(\d\d):(\d\d)/,
  '070000': /^([+-])(\d\d)(\d\d)(\d\d)/,
  '07:00:00': /^([+-])(\d\d):(\d\d):(\d\d)/,
};

/** A zone abbreviation as Go recognises one: GMT with an hour, a signed hour, ChST, MeST, WITA, or three to five capitals. */
const ABBREVIATION =
  /^(?:ChST|MeST|GMT(?:[+-](?:0*(?:1?\d|2[0-3]))(?!\d))?|[+-]0*(?:1?\d|2[0-3])(?!\d)|WITA(?![A-Z])|[A-Z]{4}T(?![A-Z])|[A-Z]{3}T(?![A-Z])|[A-Z]{3}(?![A-Z]))/;

interface Fields {
  year: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  /** A layout may name the half of the day twice: Go remembers both. */
  am: boolean;
  pm: boolean;
  /** Seconds east of Greenwich. */
  offset: number;
  /** `Z` or `UTC` was read: it wins over any offset. */
  utc: boolean;
}

/**
 * Reads a time written in a Go layout; answers nanoseconds since the epoch, of any size. A zone abbreviation
 * counts as offset zero, GMT+3 too, which is what Go does on a host that runs in UTC. Throws BuiltinError.
 */
export function parseTime(layout: string, value: string, step?: Step): bigint {
  const fields: Fields = { year: 0, hour: 0, minute: 0, second: 0, nanosecond: 0, am: false, pm: false, offset: 0, utc: false };
  const reader = new Reader(layout, value);
  for (let left = layout; ;) {
    const { prefix, chunk, rest } = nextChunk(left);
    step?.(1 + (prefix.length >> 3));
    reader.skip(prefix);
    if (chunk === '') break;
    readChunk(reader, fields, chunk, rest);
    left = rest;
  }
  if (reader.rest !== '') reader.fail(`: extra text: ${JSON.stringify(reader.rest)}`);
  if (fields.pm && fields.hour < 12) fields.hour += 12;
  else if (fields.am && fields.hour === 12) fields.hour = 0;
  const { month, day } = monthAndDay(fields, reader);
  if (day < 1 || day > daysInMonth(fields.year, month)) reader.fail(': day out of range');
  const seconds = epochSeconds({ ...fields, year: BigInt(fields.year), month: BigInt(month), day: BigInt(day) });
  // Go marks "no offset" with -1, so that an offset of one second west is lost.
  const offset = fields.utc || fields.offset === -1 ? 0 : fields.offset;
  return (seconds - BigInt(offset)) * NS_PER_SECOND + BigInt(fields.nanosecond);
}

function monthAndDay(fields: Fields, reader: Reader): { readonly month: number; readonly day: number } {
  const { dayOfYear } = fields;
  if (dayOfYear === undefined) return { month: fields.month ?? 1, day: fields.day ?? 1 };
  if (dayOfYear < 1 || dayOfYear > (isLeap(fields.year) ? 366 : 365)) reader.fail(': day-of-year out of range');
  let month = 1;
  let day = dayOfYear;
  while (day > daysInMonth(fields.year, month)) day -= daysInMonth(fields.year, month++);
  if (fields.month !== undefined && fields.month !== month) reader.fail(': day-of-year does not match month');
  if (fields.day !== undefined && fields.day !== day) reader.fail(': day-of-year does not match day');
  return { month, day };
}

function readChunk(reader: Reader, fields: Fields, chunk: string, rest: string): void {
  switch (chunk) {
    case '06': {
      const year = Number(reader.take(/^[+-]\d|^\d\d/));
      fields.year = year + (year >= 69 ? 1900 : 2000);
      return;
    }
    case '2006':
      fields.year = Number(reader.take(/^\d{4}/));
      return;
    case 'Jan':
    case 'January':
      fields.month = reader.name(MONTHS, chunk === 'Jan') + 1;
      return;
    case '1':
    case '01':
      fields.month = reader.number(chunk === '01', 1, 12, 'month');
      return;
    case 'Mon':
    case 'Monday':
      reader.name(WEEKDAYS, chunk === 'Mon');
      return;
    case '_2':
      reader.blanks(1);
      fields.day = reader.number(false);
      return;
    case '2':
    case '02':
      fields.day = reader.number(chunk === '02');
      return;
    case '__2':
      reader.blanks(2);
      fields.dayOfYear = Number(reader.take(/^\d{1,3}/));
      return;
    case '002':
      fields.dayOfYear = Number(reader.take(/^\d{3}/));
      return;
    case '15':
      fields.hour = reader.number(false, 0, 23, 'hour');
      return;
    case '3':
    case '03':
      fields.hour = reader.number(chunk === '03', 0, 12, 'hour');
      return;
    case '4':
    case '04':
      fields.minute = reader.number(chunk === '04', 0, 59, 'minute');
      return;
    case '5':
    case '05':
      fields.second = reader.number(chunk === '05', 0, 59, 'second');
      // A fraction may follow the seconds without a place in the layout.
      if (!/^[.,][09]/.test(nextChunk(rest).chunk)) fields.nanosecond = reader.fraction() ?? fields.nanosecond;
      return;
    case 'PM':
    case 'pm':
      fields[reader.take(chunk === 'PM' ? /^(?:AM|PM)/ : /^(?:am|pm)/).toLowerCase() as 'am' | 'pm'] = true;
      return;
    case 'MST':
      if (reader.rest.startsWith('UTC')) {
        fields.utc = true;
        reader.take(/^UTC/);
      } else {
        reader.take(ABBREVIATION);
      }
      return;
    default:
      if (/^[.,]0/.test(chunk)) fields.nanosecond = reader.exactFraction(chunk.length - 1);
      else if (/^[.,]9/.test(chunk)) fields.nanosecond = reader.fraction() ?? fields.nanosecond;
      else readOffset(reader, fields, chunk);
  }
}

function readOffset(reader: Reader, fields: Fields, chunk: string): void {
  if (chunk.startsWith('Z') && reader.rest.startsWith('Z')) {
    reader.take(/^Z/);
    fields.utc = true;
    return;
  }
  const pattern = OFFSETS[chunk.slice(1)] ?? /^$/;
  const [, sign, hours, minutes = '0', seconds = '0'] = pattern.exec(reader.take(pattern)) ?? [];
  if (Number(hours) > 24) reader.fail(': time zone offset hour out of range');
  if (Number(minutes) > 60) reader.fail(': time zone offset minute out of range');
  if (Number(seconds) > 60) reader.fail(': time zone offset second out of range');
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  fields.offset = sign === '-' ? -offset : offset;
}

/** What is left of the value, consumed from the left. */
class Reader {
  readonly #layout: string;
  readonly #value: string;
  rest: string;

  constructor(layout: string, value: string) {
    this.#layout = layout;
    this.#value = value;
    this.rest = value;
  }

  fail(detail = ''): never {
    throw new BuiltinError(`parsing time ${JSON.stringify(this.#value)} as ${JSON.stringify(this.#layout)}${detail}`);
  }

  /** Consumes literal text; a run of blanks in the layout matches any run of blanks, and none at the end of the value. */
  skip(literal: string): void {
    for (let left = literal; left !== '';) {
      if (left.startsWith(' ')) {
        if (this.rest !== '' && !this.rest.startsWith(' ')) this.fail();
        left = left.replace(/^ +/, '');
        this.rest = this.rest.replace(/^ +/, '');
        continue;
      }
      if (!this.rest.startsWith(left.charAt(0))) this.fail();
      left = left.slice(1);
      this.rest = this.rest.slice(1);
    }
  }

  take(pattern: RegExp): string {
    const match = pattern.exec(this.rest);
    if (match === null) return this.fail();
    this.rest = this.rest.slice(match[0].length);
    return match[0];
  }

  blanks(count: number): void {
    for (let index = 0; index < count && this.rest.startsWith(' '); index++) this.rest = this.rest.slice(1);
  }

  number(twoDigits: boolean, low = 0, high = 99, field = ''): number {
    const number = Number(this.take(twoDigits ? /^\d\d/ : /^\d\d?/));
    if (number < low || number > high) this.fail(`: ${field} out of range`);
    return number;
  }

  /** Index of the name that the rest begins with, letters of either case. */
  name(names: readonly string[], short: boolean): number {
    const index = names.findIndex((name) => {
      const wanted = short ? name.slice(0, 3) : name;
      return this.rest.slice(0, wanted.length).toLowerCase() === wanted.toLowerCase();
    });
    if (index < 0) return this.fail();
    this.rest = this.rest.slice(short ? 3 : (names[index] ?? '').length);
    return index;
  }

  /** Nanoseconds of a fraction of any length, or undefined when there is none. Digits past the ninth are dropped. */
  fraction(): number | undefined {
    const match = /^[.,](\d+)/.exec(this.rest);
    if (match === null) return undefined;
    this.rest = this.rest.slice(match[0].length);
    return Number((match[1] ?? '').slice(0, 9).padEnd(9, '0'));
  }

  exactFraction(digits: number): number {
    const match = new RegExp(`^[.,]\\d{${digits}}`).exec(this.rest);
    if (match === null) return this.fail();
    this.rest = this.rest.slice(digits + 1);
    return Number(match[0].slice(1, 10).padEnd(9, '0'));
  }
}
