import { isRecord } from '../../is-record.js';
import { isObject, splitObject } from '../json-slices.js';

const STEP = 2;

/** JSON text with these values in it; whatever else it holds keeps the bytes that were written, so that numbers keep every digit. */
export function mergeJson(json: Uint8Array, values: Readonly<Record<string, unknown>>): string {
  return `${merged(json, values, 0)}\n`;
}

function merged(json: Uint8Array | undefined, value: unknown, indent: number): string {
  if (!isRecord(value) || json === undefined || !isObject(json)) return indented(JSON.stringify(value, undefined, STEP), indent);
  const members = splitObject(json);
  const kept = [...members].map(([key, raw]) => member(key, key in value ? merged(raw, value[key], indent + STEP) : textOf(raw)));
  const added = Object.entries(value).filter(([key]) => !members.has(key));
  const all = [...kept, ...added.map(([key, inner]) => member(key, merged(undefined, inner, indent + STEP)))];
  const space = ' '.repeat(indent + STEP);
  return all.length === 0 ? '{}' : `{\n${all.map((line) => `${space}${line}`).join(',\n')}\n${' '.repeat(indent)}}`;
}

function member(key: string, text: string): string {
  return `${JSON.stringify(key)}: ${text}`;
}

function indented(text: string, indent: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(indent)}`);
}

function textOf(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
}
