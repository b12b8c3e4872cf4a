import { lstat } from 'node:fs/promises';
import { printOf, withFile } from './scan.js';
import type { Scan } from './scan.js';

/**
 * A look at one file alone: the scan that a whole look gives if nothing but this file has changed since `seen`. Undefined when only a whole
 * look can tell: for a file that was not there, is a link, is no regular file now, or is too large. Whoever serves of it needs a whole reading
 * that agrees.
 */
export async function glanceAt(seen: Scan, file: string, maxFileBytes: number): Promise<Scan | undefined> {
  const at = seen.files.findIndex(({ absolute }) => absolute === file);
  const was = seen.files[at];
  if (was === undefined || seen.problems.length > 0 || seen.places.has(file)) return undefined;
  try {
    const stats = await lstat(file, { bigint: true });
    const size = Number(stats.size);
    if (!stats.isFile() || size > maxFileBytes) return undefined;
    return withFile(seen, at, { ...was, print: printOf(stats), size, changedAt: Number(stats.ctimeNs / 1_000_000n) });
  } catch {
    // Gone, or out of reach: a whole look says what that means.
    return undefined;
  }
}
