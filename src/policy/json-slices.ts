import { isHugeNumber } from '../value/number-bounds.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * Cuts valid JSON at its own seams instead of parsing it: values stay the bytes that were written, so numbers keep every
 * digit, and a document of many megabytes merges at the cost of one pass.
 */
export function splitObject(json: Uint8Array): Map<string, Uint8Array> {
  const members = new Map<string, Uint8Array>();
  let at = skipSpace(json, 0) + 1;
  for (;;) {
    at = skipSpace(json, at);
    if (json[at] !== QUOTE) return members;
    const keyEnd = endOfString(json, at);
    const key = keyOf(json, at, keyEnd);
    const valueStart = skipSpace(json, json.indexOf(COLON, keyEnd) + 1);
    const valueEnd = endOfValue(json, valueStart);
    // Of repeated keys the last wins, as in OPA.
    members.set(key, json.subarray(valueStart, valueEnd));
    at = skipSpace(json, valueEnd);
    if (json[at] === COMMA) at++;
  }
}

/** The elements of an array, as they were written. */
export function splitArray(json: Uint8Array): Uint8Array[] {
  const elements: Uint8Array[] = [];
  let at = skipSpace(json, skipSpace(json, 0) + 1);
  while (at < json.length && json[at] !== CLOSE_BRACKET) {
    const end = endOfValue(json, at);
    elements.push(json.subarray(at, end));
    at = skipSpace(json, end);
    if (json[at] === COMMA) at = skipSpace(json, at + 1);
  }
  return elements;
}

/** The key between two quotes; only one with escapes needs the parser. */
function keyOf(json: Uint8Array, start: number, end: number): string {
  const text = decode(json.subarray(start + 1, end - 1));
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

/** True when valid JSON text is an object. */
export function isObject(json: Uint8Array): boolean {
  return json[skipSpace(json, 0)] === OPEN_BRACE;
}

/** The value of valid JSON text. */
export function valueOf(json: Uint8Array): unknown {
  return JSON.parse(decode(json));
}

/** True when valid JSON text is an array. */
export function isArray(json: Uint8Array): boolean {
  return json[skipSpace(json, 0)] === OPEN_BRACKET;
}

/** Elements of an array, which the JSON text has to be. */
export function arrayLength(json: Uint8Array): number {
  let at = skipSpace(json, skipSpace(json, 0) + 1);
  for (let count = 0; ; count++) {
    if (json[at] === CLOSE_BRACKET) return count;
    at = skipSpace(json, endOfValue(json, at));
    if (json[at] === COMMA) at = skipSpace(json, at + 1);
  }
}

/** What one pass over JSON text tells before anything is built of it. The text may be malformed; whoever parses it finds that. */
export interface JsonSurvey {
  /** The deepest nesting: 0 for a scalar. */
  readonly depth: number;
  /** The first number with more digits than arithmetic can bear. */
  readonly huge: { readonly start: number; readonly end: number } | undefined;
}

export function surveyJson(json: Uint8Array): JsonSurvey {
  let depth = 0;
  let deepest = 0;
  let huge: JsonSurvey['huge'];
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at) - 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) deepest = Math.max(deepest, ++depth);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    else if (startsNumber(byte)) {
      const start = at;
      at = endOfNumber(json, at) - 1;
      if (huge === undefined && isHugeNumber(json, start, at + 1)) huge = { start, end: at + 1 };
    }
  }
  return { depth: deepest, huge };
}

/** Names and indexes that lead to the value at `offset` of valid JSON text. */
export function pathTo(json: Uint8Array, offset: number): string[] {
  const path: (string | number)[] = [];
  const isArray: boolean[] = [];
  for (let at = 0; at < offset; at++) {
    const byte = json[at];
    if (byte === QUOTE) {
      const end = endOfString(json, at);
      if (json[skipSpace(json, end)] === COLON) path[path.length - 1] = keyOf(json, at, end);
      at = end - 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      isArray.push(byte === OPEN_BRACKET);
      path.push(byte === OPEN_BRACKET ? 0 : '');
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      isArray.pop();
      path.pop();
    } else if (byte === COMMA && isArray.at(-1) === true) path.push(Number(path.pop()) + 1);
  }
  return path.map(String);
}

function startsNumber(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d);
}

/** Signs and points count as part of it, wherever they stand. */
function endOfNumber(json: Uint8Array, start: number): number {
  let at = start + 1;
  for (;;) {
    const byte = json[at];
    if (!startsNumber(byte) && byte !== 0x2b && byte !== 0x2e && byte !== 0x45 && byte !== 0x65) return at;
    at++;
  }
}

function endOfValue(json: Uint8Array, start: number): number {
  const first = json[start];
  if (first === QUOTE) return endOfString(json, start);
  let at = start;
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    while (at < json.length && !endsScalar(json[at])) at++;
    return at;
  }
  let depth = 0;
  do {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at) - 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    at++;
  } while (depth > 0 && at < json.length);
  return at;
}

/** Index after the closing quote of the string that opens at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte);
}

function skipSpace(json: Uint8Array, start: number): number {
  let at = start;
  while (isSpace(json[at])) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function decode(json: Uint8Array): string {
  return Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8');
}
