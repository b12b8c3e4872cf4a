import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node } from 'yaml';
import { isArray, isObject, splitArray, splitObject } from './json-slices.js';
import type { SourceFile, SourceSet } from './source-set.js';

/** Where a value of the data document was written. */
export interface ValuePlace {
  readonly file: string;
  readonly row: number;
  readonly col: number;
  readonly line: string;
}

/** The file that gives the value at a path, and where in it; the nearest value around it when there is none. */
export function placeOfValue({ data, overlays }: Pick<SourceSet, 'data' | 'overlays'>, path: readonly string[]): ValuePlace | undefined {
  let best: { readonly place: ValuePlace; readonly depth: number } | undefined;
  // What is laid in later covers what was there: overlays replace whole members, and win.
  const candidates = [...overlays.map((file) => ({ file, wins: true })), ...data.map((file) => ({ file, wins: false }))].reverse();
  for (const { file, wins } of candidates) {
    const folder = wins ? [] : file.path.split('/').slice(0, -1);
    if (!folder.every((part, index) => path[index] === part)) continue;
    const { offset, depth } = offsetIn(file, path.slice(folder.length));
    const whole = folder.length + depth;
    // What is nowhere belongs to the data itself.
    const covers = wins && whole > 0 && whole === best?.depth;
    if (best === undefined || whole > best.depth || covers) best = { place: placeAt(file, offset), depth: whole };
  }
  return best?.place;
}

/** Byte offset of the value that the path leads to, as far as it leads, and how many of its names that are. */
function offsetIn(file: SourceFile, path: readonly string[]): { readonly offset: number; readonly depth: number } {
  return file.path.endsWith('.json') ? offsetInJson(file.bytes, path) : offsetInYaml(file.bytes, path);
}

function offsetInJson(bytes: Uint8Array, path: readonly string[]): { readonly offset: number; readonly depth: number } {
  let value = bytes;
  let depth = 0;
  for (const part of path) {
    const below = isObject(value) ? splitObject(value).get(part) : elementOf(value, part);
    if (below === undefined) break;
    value = below;
    depth++;
  }
  return { offset: value.byteOffset - bytes.byteOffset + leadingSpace(value), depth };
}

function elementOf(json: Uint8Array, part: string): Uint8Array | undefined {
  return isArray(json) ? splitArray(json)[Number(part)] : undefined;
}

function leadingSpace(json: Uint8Array): number {
  let at = 0;
  while ((json[at] ?? 0) <= 0x20 && at < json.length) at++;
  return at;
}

function offsetInYaml(bytes: Uint8Array, path: readonly string[]): { readonly offset: number; readonly depth: number } {
  const text = Buffer.from(bytes).toString('utf8');
  let node: unknown = parseDocument(text, { lineCounter: new LineCounter() }).contents;
  let depth = 0;
  for (const part of path) {
    const below: unknown = isMap(node) ? node.get(part, true) : isSeq(node) ? node.get(Number(part), true) : undefined;
    if (below === undefined || below === null) break;
    node = below;
    depth++;
  }
  const start = (node as Node | null)?.range?.[0] ?? 0;
  return { offset: Buffer.byteLength(text.slice(0, start)), depth };
}

/** Longest line that is shown. */
const MAX_LINE = 200;

function placeAt({ path: file, bytes }: SourceFile, offset: number): ValuePlace {
  const before = Buffer.from(bytes.buffer, bytes.byteOffset, offset);
  const start = before.lastIndexOf(0x0a) + 1;
  let row = 1;
  for (const byte of before) if (byte === 0x0a) row++;
  const end = bytes.indexOf(0x0a, start);
  const line = Buffer.from(bytes.subarray(start, end < 0 ? undefined : end)).toString('utf8', 0, MAX_LINE);
  return { file, row, col: Array.from(before.subarray(start).toString('utf8')).length + 1, line: line.replace(/\r$/u, '') };
}
