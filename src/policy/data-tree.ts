import { GatewayError } from '../errors.js';
import { isObject, splitObject } from './json-slices.js';
import { placeInData } from './data-place.js';
import type { DataPlace } from './data-place.js';
import { placeOf } from './diagnostic.js';
import { roomFor } from './shared-bytes.js';
import type { SourceFile } from './source-set.js';

/** JSON text as it was written, with the file that it came from. */
interface Leaf {
  readonly json: Uint8Array;
  readonly file: SourceFile;
}
type Branch = Map<string, Leaf | Branch>;

/** The data document while files are laid into it. Text is cut no deeper than two files share a path. */
export class DataTree {
  readonly #root: Branch = new Map();

  /** Puts a value at a path; throws `policy_data_conflict` where two files claim one path and are not both objects. */
  insert(path: readonly string[], json: Uint8Array, file: SourceFile): void {
    const last = path.at(-1);
    if (last === undefined) mergeInto(this.#root, branchOf({ json, file }), []);
    else mergeInto(this.#branchAt(path.slice(0, -1), file), new Map([[last, { json, file }]]), path.slice(0, -1));
  }

  /** Replaces top-level keys, whatever they held. */
  overlay(json: Uint8Array, file: SourceFile): void {
    for (const [key, value] of branchOf({ json, file })) this.#root.set(key, value);
  }

  /** The document as JSON text. */
  toJson(): Uint8Array {
    const parts: Uint8Array[] = [];
    write(this.#root, parts);
    const json = roomFor(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = 0;
    for (const part of parts) {
      json.set(part, at);
      at += part.byteLength;
    }
    return json;
  }

  #branchAt(path: readonly string[], file: SourceFile): Branch {
    let branch = this.#root;
    for (const [index, key] of path.entries()) {
      const found = branch.get(key) ?? new Map<string, Leaf | Branch>();
      if (!(found instanceof Map) && !isObject(found.json)) throw conflict(path.slice(0, index + 1), found.file, file);
      const next = found instanceof Map ? found : branchOf(found);
      branch.set(key, next);
      branch = next;
    }
    return branch;
  }
}

function branchOf({ json, file }: Leaf): Branch {
  return new Map([...splitObject(json)].map(([key, value]) => [key, { json: value, file }]));
}

function mergeInto(target: Branch, source: Branch, path: readonly string[]): void {
  for (const [key, value] of source) {
    const held = target.get(key);
    if (held === undefined) {
      target.set(key, value);
      continue;
    }
    const [a, b] = [asBranch(held), asBranch(value)];
    if (a === undefined || b === undefined) throw conflict([...path, key], fileOf(held), fileOf(value));
    target.set(key, a);
    mergeInto(a, b, [...path, key]);
  }
}

function asBranch(node: Leaf | Branch): Branch | undefined {
  if (node instanceof Map) return node;
  return isObject(node.json) ? branchOf(node) : undefined;
}

/** Undefined for a folder without data. */
function fileOf(node: Leaf | Branch): SourceFile | undefined {
  if (!(node instanceof Map)) return node.file;
  for (const child of node.values()) return fileOf(child);
  return undefined;
}

function write(node: Leaf | Branch, parts: Uint8Array[]): void {
  if (!(node instanceof Map)) {
    parts.push(node.json);
    return;
  }
  let separator = '{';
  for (const [key, value] of node) {
    parts.push(Buffer.from(`${separator}${JSON.stringify(key)}:`));
    write(value, parts);
    separator = ',';
  }
  parts.push(Buffer.from(separator === '{' ? '{}' : '}'));
}

/** Named with both places. */
function conflict(path: readonly string[], first: SourceFile | undefined, second: SourceFile | undefined): GatewayError {
  const at = ['data', ...path].join('.');
  const [earlier, later] = [first, second].map((file): DataPlace | undefined => file && (placeInData([file], path) ?? { file: file.path }));
  const what = `${at} is already set by ${earlier === undefined ? 'a folder without data' : placeOf(earlier)}`;
  return new GatewayError('policy_data_conflict', `${later === undefined ? '' : `${placeOf(later)}: `}${what}`, {
    details: { ...later, path: at, other: first?.path },
  });
}
