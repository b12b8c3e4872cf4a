import { arrayLength, isArray, isObject, splitObject } from './json-slices.js';

/** How the name of a list says that what it holds is refused. */
const NAME = /(?:^|_)(?:block|blocked|deny|denied|forbidden)(?:_|$)/u;

/** One of them is in every such name, unless it is written with escapes. Looking for bytes is much quicker than cutting text. */
const TRACES = ['block', 'deny', 'denied', 'forbidden', '\\'].map((word) => Buffer.from(word));

/** Entries of every list in JSON text whose name says that it blocks, such as `blocked_destinations`, by its path from `data` on. */
export type BlockLists = ReadonlyMap<string, number>;

export function findBlockLists(json: Uint8Array): BlockLists {
  const found = new Map<string, number>();
  collect(json, 'data', found);
  return found;
}

function collect(json: Uint8Array, path: string, found: Map<string, number>): void {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  if (!TRACES.some((trace) => bytes.includes(trace))) return;
  for (const [name, value] of splitObject(json)) {
    if (isObject(value)) collect(value, `${path}.${name}`, found);
    else if (NAME.test(name) && isArray(value)) found.set(`${path}.${name}`, arrayLength(value));
  }
}
