import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { filesOf } from '../../policy/assemble.js';
import { changedFiles } from '../../policy/changed-files.js';
import type { SourceSet } from '../../policy/source-set.js';

/** One file that differs. */
export interface FileDiff {
  readonly path: string;
  readonly status: 'added' | 'changed' | 'removed';
  readonly insertions: number;
  readonly deletions: number;
  /** Unified; absent for a file that is too large to be compared line by line. */
  readonly patch?: string;
}

const MAX_BYTES = 1024 * 1024;
/** A pair of large files that has nothing in common would take minutes, and whoever compares may have decisions to make meanwhile. */
const TIMEOUT_MS = 200;
const CONTEXT = 3;

/** Unified text of every file that differs. */
export function compareFiles(before: SourceSet, after: SourceSet): readonly FileDiff[] {
  const { added, changed, removed } = changedFiles(before, after);
  const old = new Map(filesOf(before).map(({ path, bytes }) => [path, bytes]));
  const now = new Map(filesOf(after).map(({ path, bytes }) => [path, bytes]));
  const all = [
    ...added.map((path) => ({ path, status: 'added' as const })),
    ...changed.map((path) => ({ path, status: 'changed' as const })),
    ...removed.map((path) => ({ path, status: 'removed' as const })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  return all.map(({ path, status }) => {
    const patch = patchOf(path, status, old.get(path), now.get(path));
    const lines = patch?.split('\n').slice(HEADER_LINES) ?? [];
    const count = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
    return { path, status, insertions: count('+'), deletions: count('-'), ...(patch === undefined ? {} : { patch }) };
  });
}

/** `---` and `+++`. */
const HEADER_LINES = 2;

function patchOf(path: string, status: FileDiff['status'], before?: Uint8Array, after?: Uint8Array): string | undefined {
  if (Math.max(before?.byteLength ?? 0, after?.byteLength ?? 0) > MAX_BYTES) return undefined;
  const from = status === 'added' ? '/dev/null' : `a/${path}`;
  const to = status === 'removed' ? '/dev/null' : `b/${path}`;
  const options = { context: CONTEXT, timeout: TIMEOUT_MS, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(from, to, text(before), text(after), undefined, undefined, options);
}

function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}
