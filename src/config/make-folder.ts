import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * A folder and those above it, for this user alone. Throws as `mkdir` does. Part by part: the recursive mode of Node never comes back where the
 * system says of a folder that is there that it is not, as /proc does.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = path.dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else was quicker.
    if (!existsSync(folder)) throw error;
  }
}
