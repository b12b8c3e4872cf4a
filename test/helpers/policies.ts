import { cp } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from './temp-dir.js';

/** The repository's root. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** A private copy of the shipped policies: a folder whose `rego/` may be edited. Without the suites, which cost seconds and have tests of their own. */
export async function shippedPolicies(): Promise<string> {
  const dir = await tempDir();
  await cp(path.join(ROOT, 'policies'), dir, { recursive: true, filter: (from) => path.basename(from) !== 'suites' });
  return dir;
}

/** A module that answers one text: two of them make revisions that can be told apart by their answers. */
export function markerModule(marker: string): string {
  return `package marker\n\nvalue := "${marker}"\n`;
}
