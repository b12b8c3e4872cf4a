import { compareStrings } from '../../value/compare-strings.js';
import { formatJson } from '../../value/format-json.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import { parseGoUrl } from '../go-url.js';
import { isArray, objectOperand, stringOperand } from '../operands.js';
import { checkTextLength } from '../text-limit.js';
import { escapeQuery, unescapeQuery } from './escapes.js';

/** Parameters that Go reads from one query. */
const MAX_PARAMETERS = 10_000;

function uriParse(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  const url = parseGoUrl(stringOperand(text, 1));
  if ('error' in url) throw new BuiltinError(url.error);
  const { scheme, path, rawQuery, fragment } = url;
  const parts = { scheme, path, fragment, ...splitHost(url.host), raw_path: url.rawPath === '' ? path : url.rawPath, raw_query: rawQuery };
  return RegoObject.of(Object.entries(parts).filter(([, part]) => part !== ''));
}

/** Host without the brackets of an IPv6 literal, and port. */
function splitHost(host: string): { readonly hostname: string; readonly port: string } {
  const port = /:[0-9]*$/.exec(host)?.[0] ?? '';
  const name = port === '' ? host : host.slice(0, -port.length);
  return { hostname: /^\[.*\]$/.test(name) ? name.slice(1, -1) : name, port: port.slice(1) };
}

function uriIsValid(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  return typeof text === 'string' && text !== '' && !('error' in parseGoUrl(text));
}

function encode(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  return escapeQuery(stringOperand(text, 1));
}

function decode({ step }: BuiltinContext, text: RegoValue = null): RegoValue {
  return unescapeQuery(stringOperand(text, 1), step);
}

function encodeObject({ step }: BuiltinContext, value: RegoValue = null): RegoValue {
  // Keys that are no strings count by their JSON text, and of two that print alike the later one stands.
  const members = new Map(objectOperand(value, 1).entries.map(([key, item]) => [typeof key === 'string' ? key : formatJson(key), item]));
  const sorted = [...members].sort(([a], [b]) => compareStrings(a, b));
  let length = 0;
  const pairs = sorted.flatMap(([name, item]) => {
    const escaped = escapeQuery(name);
    return queryValues(item).map((text) => {
      step(2);
      const pair = `${escaped}=${escapeQuery(text)}`;
      // A name stands before each of its values.
      length += pair.length + 1;
      checkTextLength(length);
      return pair;
    });
  });
  return pairs.join('&');
}

function queryValues(value: RegoValue): readonly string[] {
  if (typeof value === 'string') return [value];
  const items = value instanceof RegoSet ? value.members : isArray(value) ? value : undefined;
  if (items?.every((item) => typeof item === 'string') === true) return items;
  throw new BuiltinError('operand 1 values must be string, array[string], or set[string]', { kind: 'type' });
}

function decodeObject({ step }: BuiltinContext, text: RegoValue = null): RegoValue {
  const parts = stringOperand(text, 1).split('&');
  if (parts.length > MAX_PARAMETERS) throw new BuiltinError('number of URL query parameters exceeded limit');
  const values = new Map<string, string[]>();
  for (const part of parts) {
    step();
    if (part === '') continue;
    if (part.includes(';')) throw new BuiltinError('invalid semicolon separator in query');
    const equals = part.indexOf('=');
    const name = unescapeQuery(equals < 0 ? part : part.slice(0, equals), step);
    const value = equals < 0 ? '' : unescapeQuery(part.slice(equals + 1), step);
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return RegoObject.of(values, step);
}

export const urlBuiltins: BuiltinGroup = {
  'uri.parse': uriParse,
  'uri.is_valid': uriIsValid,
  'urlquery.encode': encode,
  'urlquery.decode': decode,
  'urlquery.encode_object': encodeObject,
  'urlquery.decode_object': decodeObject,
};
