import type { Meter } from '../builtin.js';
import { parseAddress } from '../cidr/address.js';
import { parseGoUrl } from '../go-url.js';
import { isValidPattern } from '../regex/pattern.js';

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const HOSTNAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const UUID = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i;
const JSON_POINTER = /^(?:\/(?:[^~/]|~0|~1)*)*$/;
const RELATIVE_JSON_POINTER = /^(?:0|[1-9][0-9]*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/;
const CLOCK = /^([01]?[0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:[.,][0-9]+)?(Z|[+-](?:[01][0-9]|2[0-4]):[0-5][0-9])?$/;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
/** `user@domain`, or a name before it in angle brackets: the mail addresses that people write. */
const EMAIL =
  /^(?:[^<>"@]*<)?[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+)*@[^\s<>@,;:\\"()[\]]+(>)?$/u;

const FORMATS: Readonly<Record<string, (text: string, meter: Meter) => boolean>> = {
  date: isDate,
  time: isTime,
  'date-time': isDateTime,
  hostname: (text) => text.length < 256 && HOSTNAME.test(text),
  email: isEmail,
  'idn-email': isEmail,
  ipv4: (text) => text.includes('.') && parseAddress(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseAddress(text) !== undefined,
  uri: isUri,
  iri: isUri,
  'uri-reference': isReference,
  'iri-reference': isReference,
  'uri-template': isTemplate,
  uuid: (text) => UUID.test(text),
  regex: (text, meter) => text === '' || isValidPattern(text, meter),
  'json-pointer': (text) => JSON_POINTER.test(text),
  'relative-json-pointer': (text) => RELATIVE_JSON_POINTER.test(text),
};

/** True when the text has the format, and for every format that OPA does not know. */
export function matchesFormat(format: string, text: string, meter: Meter): boolean {
  return !Object.hasOwn(FORMATS, format) || FORMATS[format]?.(text, meter) === true;
}

function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? [];
  if (year === '') return false;
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isTime(text: string): boolean {
  return CLOCK.test(text);
}

function isDateTime(text: string): boolean {
  if (isDate(text) || isTime(text)) return true;
  const [date = '', time = ''] = text.split('T', 2);
  return isDate(date) && CLOCK.exec(time)?.[4] !== undefined && text === `${date}T${time}`;
}

function isEmail(text: string): boolean {
  const match = EMAIL.exec(text);
  return match !== null && text.includes('<') === (match[1] === '>');
}

function isUri(text: string): boolean {
  const url = parseGoUrl(text);
  return !('error' in url) && url.scheme !== '' && !text.includes('\\');
}

function isReference(text: string): boolean {
  return !('error' in parseGoUrl(text)) && !text.includes('\\');
}

/** An opened brace must be closed again. */
function isTemplate(text: string): boolean {
  const url = parseGoUrl(text);
  return !('error' in url) && !text.includes('\\') && url.path.lastIndexOf('{') <= url.path.lastIndexOf('}');
}
