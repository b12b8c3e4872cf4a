import { filesOf } from './assemble.js';
import type { SourceFile, SourceSet } from './source-set.js';

/** Paths of files that differ between two source sets, sorted. */
export interface ChangedFiles {
  readonly added: string[];
  readonly changed: string[];
  readonly removed: string[];
}

/** What became of `before` on the way to `after`; without one before, everything was added. */
export function changedFiles(before: SourceSet | undefined, after: SourceSet): ChangedFiles {
  const old = new Map((before === undefined ? [] : filesOf(before)).map((file) => [file.path, file]));
  const changes: ChangedFiles = { added: [], changed: [], removed: [] };
  for (const file of filesOf(after)) {
    const { path } = file;
    const was = old.get(path);
    old.delete(path);
    if (was === undefined) changes.added.push(path);
    else if (isOther(was, file)) changes.changed.push(path);
  }
  changes.removed.push(...old.keys());
  for (const paths of [changes.added, changes.changed, changes.removed]) paths.sort();
  return changes;
}

/** Files that were not touched keep their very array between readings. */
function isOther(was: SourceFile, is: SourceFile): boolean {
  if (was.regoVersion !== is.regoVersion) return true;
  return was.bytes !== is.bytes && Buffer.compare(was.bytes, is.bytes) !== 0;
}
