import { placeInData } from './data-place.js';
import { dataInvalid, readDataFile } from './data-file.js';
import { DataTree } from './data-tree.js';
import { isArray, isObject, valueOf } from './json-slices.js';
import { placeOf } from './diagnostic.js';
import type { Diagnostic } from './diagnostic.js';
import type { RulePlace } from './revision.js';
import { lazyDocument } from './sections.js';
import type { SourceFile, SourceSet } from './source-set.js';

/** The data document of a source set. */
export interface MergedData {
  /** JSON text in UTF-8, numbers as they were written. */
  readonly data: Uint8Array;
  /** The same parsed, each member at the root when it is first asked for: numbers are JavaScript's. */
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Lays the data files into one document by OPA's bundle rule: the folder of a file is its path. Then each `data-*.json` at
 * the root replaces top-level keys, in the order of names. Pure. Throws `policy_data_invalid`, `policy_data_conflict`.
 */
export function mergeData(set: Pick<SourceSet, 'data' | 'overlays'>): MergedData {
  const [only] = set.data;
  if (only?.path === 'data.json' && set.data.length === 1 && set.overlays.length === 0) {
    return withDocument(readRoot(only));
  }
  const tree = new DataTree();
  for (const file of set.data) {
    const path = file.path.split('/').slice(0, -1);
    tree.insert(path, path.length === 0 ? readRoot(file) : readDataFile(file), file);
  }
  for (const file of set.overlays) tree.overlay(readRoot(file), file);
  return withDocument(tree.toJson());
}

function withDocument(data: Uint8Array): MergedData {
  return { data, document: lazyDocument(data) };
}

/**
 * Base data and rules that claim one path, by OPA's rule: data at or below the path of a rule conflicts, and so does a
 * value that is no object on the way to it; data beside a rule in its package is fine.
 */
export function checkDataConflicts(
  { document }: Pick<MergedData, 'document'>,
  rules: readonly RulePlace[],
  files: readonly SourceFile[] = [],
): Diagnostic[] {
  const reported = new Set<string>();
  return rules.flatMap(({ path: rule, file, row }): Diagnostic[] => {
    const claimed = claimedPath(document, rule);
    const path = claimed === undefined ? undefined : dotted(claimed);
    if (claimed === undefined || path === undefined || reported.has(path)) return [];
    reported.add(path);
    const writes = placeInData(files, claimed);
    const message = `the rule ${dotted(rule)} conflicts with base data at ${path}${writes === undefined ? '' : `, which ${placeOf(writes)} writes`}`;
    return [{ severity: 'error', code: 'policy_data_conflict', message, file, row, path }];
  });
}

function dotted(path: readonly string[]): string {
  return ['data', ...path].join('.');
}

function claimedPath(document: Readonly<Record<string, unknown>>, path: readonly string[]): readonly string[] | undefined {
  let value: unknown = document;
  for (const [index, key] of path.entries()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return path.slice(0, index);
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return path;
}

function readRoot(file: SourceFile): Uint8Array {
  const json = readDataFile(file);
  if (isObject(json)) return json;
  throw dataInvalid(file.path, `Expected an object at the root, got ${isArray(json) ? 'an array' : scalarName(json)}`, {
    row: 1,
    col: 1,
    line: Buffer.from(file.bytes.subarray(0, MAX_LINE)).toString('utf8').split('\n')[0] ?? '',
  });
}

/** Bytes of a first line that are shown. */
const MAX_LINE = 200;

function scalarName(json: Uint8Array): string {
  const value = valueOf(json);
  return value === null ? 'null' : `a ${typeof value}`;
}
