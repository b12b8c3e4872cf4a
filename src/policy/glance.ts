import { lstat } from 'node:fs/promises';
import { scannedAs, withFile } from './scan.js';
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
    const scanned = scannedAs(was, stats);
    return stats.isFile() && scanned.size <= maxFileBytes ? withFile(seen, at, scanned) : undefined;
  } catch {
    // Gone, or out of reach: a whole look says what that means.
    return undefined;
  }
}
