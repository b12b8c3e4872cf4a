import type { Temporal } from 'temporal-polyfill';
import type { Step } from '../../value/step.js';
import { abbreviation } from './abbreviation.js';
import { MONTHS, WEEKDAYS } from './calendar.js';

/** The names that OPA accepts in place of a layout, and the layouts of Go's time package that they stand for. */
const NAMED_LAYOUTS: ReadonlyMap<string, string> = new Map([
  ['ANSIC', 'Mon Jan _2 15:04:05 2006'],
  ['UnixDate', 'Mon Jan _2 15:04:05 MST 2006'],
  ['RubyDate', 'Mon Jan 02 15:04:05 -0700 2006'],
  ['RFC822', '02 Jan 06 15:04 MST'],
  ['RFC822Z', '02 Jan 06 15:04 -0700'],
  ['RFC850', 'Monday, 02-Jan-06 15:04:05 MST'],
  ['RFC1123', 'Mon, 02 Jan 2006 15:04:05 MST'],
  ['RFC1123Z', 'Mon, 02 Jan 2006 15:04:05 -0700'],
  ['RFC3339', '2006-01-02T15:04:05Z07:00'],
  ['RFC3339Nano', '2006-01-02T15:04:05.999999999Z07:00'],
]);

/** Units of work of one part of a layout. */
const CHUNK_UNITS = 8;

/** The parts of a layout that stand for something; longer ones first, since the first alternative that fits wins. */
const CHUNK =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?!\d)/;

/** The layout for the name, or the text itself. */
export function layoutOf(text: string): string {
  return NAMED_LAYOUTS.get(text) ?? text;
}

/** Cuts a layout at its first chunk; `chunk` is empty when only literal text is left. */
export function nextChunk(layout: string): { readonly prefix: string; readonly chunk: string; readonly rest: string } {
  const match = CHUNK.exec(layout);
  if (match === null) return { prefix: layout, chunk: '', rest: '' };
  const [chunk] = match;
  return { prefix: layout.slice(0, match.index), chunk, rest: layout.slice(match.index + chunk.length) };
}

/** The time written in a Go layout. */
export function formatTime(time: Temporal.ZonedDateTime, layout: string, step: Step): string {
  let text = '';
  for (let left = layout; left !== '';) {
    const { prefix, chunk, rest } = nextChunk(left);
    step(CHUNK_UNITS);
    text += prefix;
    if (chunk === '') break;
    text += formatChunk(time, chunk);
    left = rest;
  }
  return text;
}

/** Nanoseconds within the second. */
export function subsecond(time: Temporal.ZonedDateTime): number {
  return time.millisecond * 1_000_000 + time.microsecond * 1_000 + time.nanosecond;
}

function formatChunk(time: Temporal.ZonedDateTime, chunk: string): string {
  switch (chunk) {
    case '2006':
      return pad(time.year, 4);
    case '06':
      return pad(time.year % 100, 2);
    case 'January':
      return monthName(time);
    case 'Jan':
      return monthName(time).slice(0, 3);
    case '1':
      return String(time.month);
    case '01':
      return pad(time.month, 2);
    case 'Monday':
      return weekdayName(time);
    case 'Mon':
      return weekdayName(time).slice(0, 3);
    case '2':
      return String(time.day);
    case '_2':
      return String(time.day).padStart(2);
    case '02':
      return pad(time.day, 2);
    case '__2':
      return String(time.dayOfYear).padStart(3);
    case '002':
      return pad(time.dayOfYear, 3);
    case '15':
      return pad(time.hour, 2);
    case '3':
      return String(time.hour % 12 || 12);
    case '03':
      return pad(time.hour % 12 || 12, 2);
    case '4':
      return String(time.minute);
    case '04':
      return pad(time.minute, 2);
    case '5':
      return String(time.second);
    case '05':
      return pad(time.second, 2);
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return abbreviation(time);
    default:
      return /^[.,]/.test(chunk) ? formatFraction(subsecond(time), chunk) : formatOffset(time.offsetNanoseconds / 1e9, chunk);
  }
}

export function weekdayName(time: Temporal.ZonedDateTime): string {
  return WEEKDAYS[time.dayOfWeek % 7] ?? '';
}

function monthName(time: Temporal.ZonedDateTime): string {
  return MONTHS[time.month - 1] ?? '';
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `.000` keeps trailing zeros, `.999` drops them, and the separator too when nothing is left. */
function formatFraction(nanoseconds: number, chunk: string): string {
  const digits = pad(nanoseconds, 9).slice(0, chunk.length - 1);
  if (chunk[1] === '0') return chunk.charAt(0) + digits.padEnd(Math.min(chunk.length - 1, 9), '0');
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : chunk.charAt(0) + trimmed;
}

function formatOffset(offset: number, chunk: string): string {
  if (offset === 0 && chunk.startsWith('Z')) return 'Z';
  // Go takes the sign from whole minutes, so that an offset of -30 s is written +00:00.
  const minutes = Math.trunc(offset / 60);
  const absolute = Math.abs(minutes);
  const seconds = (minutes < 0 ? -offset : offset) % 60;
  const separator = chunk.includes(':') ? ':' : '';
  let text = (minutes < 0 ? '-' : '+') + pad(Math.floor(absolute / 60), 2);
  if (chunk.length > 3) text += separator + pad(absolute % 60, 2);
  if (chunk.length > 6) text += separator + pad(seconds, 2);
  return text;
}
