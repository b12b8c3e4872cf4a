import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../config/bounded-file.js';
import { GatewayError } from '../errors.js';
import { filesOf } from '../policy/assemble.js';
import type { SourceSet } from '../policy/source-set.js';

/** Writes every source file into a folder that is empty or new; the number of files. Throws `usage` for another folder, or one that cannot be written. */
export async function exportSources(source: SourceSet, dir: string): Promise<number> {
  const root = path.resolve(dir);
  const found = await readdir(root).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw refused(root, error);
  });
  if (found.length > 0) throw new GatewayError('usage', `Expected an empty folder or none at ${root}: it holds ${found[0] ?? ''}`);
  const files: { name: string; bytes: Uint8Array | string }[] = filesOf(source).map(({ path: name, bytes }) => ({ name, bytes }));
  const old = source.modules.concat(source.tests).filter(({ regoVersion }) => regoVersion === 'v0');
  if (old.length > 0) files.push({ name: '.manifest', bytes: manifestFor(old.map(({ path: name }) => name)) });
  try {
    for (const { name, bytes } of files) {
      const file = path.join(root, name);
      // Names come from a folder that was read once, but the store is only a file system too.
      if (!file.startsWith(root + path.sep))
        throw new GatewayError('history_damaged', `a file of the revision is named ${JSON.stringify(name)}`);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes, { flag: 'wx' });
    }
  } catch (error) {
    throw error instanceof GatewayError ? error : refused(root, error);
  }
  return files.length;
}

/** OPA's bundle manifest, which says of each module that it is Rego v0. */
function manifestFor(names: readonly string[]): string {
  return `${JSON.stringify({ roots: [''], file_rego_versions: Object.fromEntries(names.map((name) => [`/${name}`, 0])) }, undefined, 2)}\n`;
}

function refused(root: string, cause: unknown): GatewayError {
  return new GatewayError('usage', `Cannot write into ${root}: ${systemErrorCode(cause) ?? String(cause)}`, { cause });
}
