import { compareStrings } from './compare-strings.js';
import { checkDepth } from './depth.js';
import type { Step } from './step.js';
import { RegoDecimal, RegoObject, RegoSet } from './value.js';
import type { RegoValue } from './value.js';
import { finite } from './format-term.js';

/**
 * A value as OPA prints it in an answer: compact JSON, keys sorted by their bytes, sets as sorted arrays, keys that are
 * no strings as the JSON text of the key, numbers as written, and `<`, `>`, `&` escaped as Go does.
 * Throws GatewayError `value_too_deep`, or `value_invalid` for NaN and infinity. `step` counts values.
 */
export function formatJson(value: RegoValue, step?: Step): string {
  return json(value, 0, step);
}

function json(value: RegoValue, depth: number, step?: Step): string {
  step?.();
  switch (typeof value) {
    case 'string':
      return quoteJson(value);
    case 'number':
      return finite(value);
    case 'object':
      return value === null ? 'null' : collection(value, depth + 1, step);
    default:
      return String(value);
  }
}

function collection(value: RegoDecimal | RegoSet | RegoObject | readonly RegoValue[], depth: number, step?: Step): string {
  if (value instanceof RegoDecimal) return value.text;
  checkDepth(depth);
  if (value instanceof RegoObject) return object(value, depth, step);
  const items = value instanceof RegoSet ? value.members : value;
  return `[${items.map((item) => json(item, depth, step)).join(',')}]`;
}

function object(value: RegoObject, depth: number, step?: Step): string {
  let strings = true;
  const members = value.entries.map(([key, item]): JsonMember => {
    strings &&= typeof key === 'string';
    const name = typeof key === 'string' ? key : json(key, depth, step);
    return [name, `${quoteJson(name)}:${json(item, depth, step)}`];
  });
  return joinMembers(members, strings);
}

/** Name of a member, and the JSON text of the whole member. */
export type JsonMember = readonly [name: string, text: string];

/** The JSON text of an object; `sorted` tells that the names are unique and in order already. */
export function joinMembers(members: JsonMember[], sorted: boolean): string {
  // Two keys may print alike (1 and "1"): OPA fills a map in key order, so the later one stands.
  const unique = sorted ? members : [...new Map(members)].sort(([a], [b]) => compareStrings(a, b));
  let json = '';
  for (const [, text] of unique) json += json === '' ? text : `,${text}`;
  return `{${json}}`;
}

/** What Go's encoder escapes and JSON.stringify does not. */
const GO_ESCAPED = /[<>&\u2028\u2029]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** A string as Go's JSON encoder writes it; half a surrogate pair becomes the replacement character, as there. */
export function quoteJson(text: string): string {
  if (!/[<>&\u2028\u2029\ud800-\udfff]/.test(text)) return JSON.stringify(text);
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(GO_ESCAPED, (found) => ESCAPES[found] ?? found);
}
