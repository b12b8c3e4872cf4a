import { copyFile, cp, mkdir, readdir, readFile, writeFile, constants } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '../config/atomic-write.js';
import { systemErrorCode } from '../config/bounded-file.js';
import { GatewayError } from '../errors.js';
import { applyPreset } from '../policy/presets/apply-preset.js';
import type { DataEdit } from '../policy/presets/apply-preset.js';
import { SHIPPED } from '../policy/presets/preset.js';
import type { Preset } from '../policy/presets/preset.js';
import type { SourceSet } from '../policy/source-set.js';

/** What activating came to. */
export interface Activation {
  /** The folder of the data files. */
  readonly root: string;
  /** Files that were written, each with the copy of what it was. */
  readonly changed: readonly { readonly file: string; readonly backup: string }[];
  /** Puts back what was, unless somebody has written the file since. */
  undo(): Promise<void>;
}

/** Sets a preset in the data files of a folder: each is replaced whole, and a copy of what it was stays beside it. Throws `usage`. */
export async function activatePreset(source: SourceSet, { data }: Preset, at = new Date()): Promise<Activation> {
  const edits = applyPreset(source, data).map((edit) => ({ ...edit, file: path.join(source.root, edit.path) }));
  const stamp = at.toISOString().replace(/[-:.]/gu, '');
  try {
    for (const { file, before } of edits) {
      if (!(await readFile(file)).equals(before)) throw new GatewayError('usage', `${file} was changed just now: activate again`);
    }
    const changed = edits.map(({ file }) => ({ file, backup: `${file}.bak-${stamp}` }));
    for (const { file, backup } of changed) await copyFile(file, backup, constants.COPYFILE_EXCL);
    for (const { file, after } of edits) await writeAtomically(file, after);
    return { root: source.root, changed, undo: () => putBack(edits) };
  } catch (thrown) {
    throw refused(source.root, thrown);
  }
}

async function putBack(edits: readonly (DataEdit & { readonly file: string })[]): Promise<void> {
  for (const { file, before, after } of edits) {
    if ((await readFile(file, 'utf8')) === after) await writeAtomically(file, before);
  }
}

/** Writes the shipped policies with this preset into a folder that is empty or new. Throws `usage` for another. */
export async function createFromPreset({ data }: Preset, dir: string): Promise<void> {
  const found = await readdir(dir).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw refused(dir, error);
  });
  if (found.length > 0) throw new GatewayError('usage', `Expected an empty folder or none at ${dir}: it holds ${found[0] ?? ''}`);
  try {
    await mkdir(dir, { recursive: true });
    for (const part of ['rego', 'judge', 'suites'])
      await cp(fileURLToPath(new URL(part, SHIPPED)), path.join(dir, part), { recursive: true });
    const root = path.join(dir, 'rego');
    const names = (await readdir(root)).filter((name) => /^data(?:-.*)?\.json$/u.test(name)).sort();
    const files = await Promise.all(names.map(async (name) => ({ path: name, bytes: await readFile(path.join(root, name)) })));
    const edits = applyPreset({ data: files.filter(isBase), overlays: files.filter((file) => !isBase(file)) }, data);
    for (const { path: name, after } of edits) await writeFile(path.join(root, name), after);
  } catch (thrown) {
    throw refused(dir, thrown);
  }
}

function isBase({ path: name }: { readonly path: string }): boolean {
  return name === 'data.json';
}

function refused(folder: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return new GatewayError('usage', `Cannot write into ${folder}: ${systemErrorCode(cause) ?? String(cause)}`, { cause });
}
