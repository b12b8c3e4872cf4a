import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A fresh folder that is removed when the test ends; its path has no symlinks. */
export async function tempDir(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const dir = await realpath(await mkdtemp(path.join(tmpdir(), 'defenseclaw-test-')));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeTree(dir, files);
  return dir;
}

/** Writes files given by relative path, making folders as needed. */
export async function writeTree(dir: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
