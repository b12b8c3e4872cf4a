import { isArray, isObject, splitObject, valueOf } from './json-slices.js';

/** How a name says that its value holds where nothing else does: `default_action`, `allow_by_default`. */
const NAME = /(?:^|_)default(?:_|$)/u;

const TRACES = ['default', '\\'].map((word) => Buffer.from(word));

/** A word or a number is no longer. */
const MAX_BYTES = 256;

/** What JSON text says holds by default, by its path from `data` on: text and booleans alone. */
export type DefaultWords = ReadonlyMap<string, string | boolean>;

export function findDefaultWords(json: Uint8Array): DefaultWords {
  const found = new Map<string, string | boolean>();
  collect(json, 'data', found);
  return found;
}

function collect(json: Uint8Array, path: string, found: Map<string, string | boolean>): void {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  if (!TRACES.some((trace) => bytes.includes(trace))) return;
  for (const [name, value] of splitObject(json)) {
    if (isObject(value)) collect(value, `${path}.${name}`, found);
    else if (NAME.test(name) && value.byteLength <= MAX_BYTES && !isArray(value)) {
      const word = valueOf(value);
      if (typeof word === 'string' || typeof word === 'boolean') found.set(`${path}.${name}`, word);
    }
  }
}
