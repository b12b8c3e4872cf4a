import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Dirent } from 'node:fs';
import { isHidden } from './source-kind.js';

/** What lies in a folder, whether it is read as policy or not. */
export interface Listing {
  /** Relative paths with forward slashes, sorted; links count as files. */
  readonly files: readonly string[];
  /** There is more than was listed. */
  readonly cut: boolean;
}

/** Entries that are listed: telling people what is there must not take longer than reading it. */
const MAX_ENTRIES = 20_000;

/** Every file below a folder but what is hidden. Links are not followed, and folders that cannot be listed are empty. */
export async function listFiles(folder: string): Promise<Listing> {
  const files: string[] = [];
  let left = MAX_ENTRIES;
  let level = [''];
  while (level.length > 0) {
    const below: string[] = [];
    for (const directory of level) {
      const entries = await entriesOf(path.join(folder, directory));
      left -= entries.length;
      if (left < 0) return { files: files.sort(), cut: true };
      for (const entry of entries) {
        if (isHidden(entry.name)) continue;
        const name = directory === '' ? entry.name : `${directory}/${entry.name}`;
        (entry.isDirectory() ? below : files).push(name);
      }
    }
    level = below;
  }
  return { files: files.sort(), cut: false };
}

/** None for what is not there, is no folder, or is not ours to read. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
