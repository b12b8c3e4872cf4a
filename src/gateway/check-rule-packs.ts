import { opendir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { GatewayError } from '../errors.js';
import { judgeDiagnostics } from '../judge/judge-policy.js';
import { checkPack } from '../judge/pack/read-pack.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { packKindOf, PACKS, pathInPack } from '../policy/source-kind.js';
import type { SourceFile } from '../policy/source-set.js';

/** What one rule pack holds, and what is wrong with it. */
export interface CheckedPack {
  readonly name: string;
  readonly dir: string;
  readonly valid: boolean;
  readonly files: readonly string[];
  /** Files of the folder that are no files of a rule pack. */
  readonly ignored: readonly string[];
  readonly rules: number;
  readonly suppressions: number;
  readonly tools: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Files looked at in one pack, and bytes of one. */
const MAX_FILES = 1_000;
const MAX_BYTES = 1024 * 1024;
const FOLDERS = ['.', 'rules', 'judge'];

/**
 * The packs of a folder: of a policy folder all in its `guardrail/`, of `guardrail/` itself all in it, else the folder is one. Where it
 * has none, those of `otherwise`. Throws `policy_dir_missing` where there is none at all.
 */
export async function checkRulePacks(dir: string, otherwise?: string): Promise<readonly CheckedPack[]> {
  const own = await packsIn(dir);
  const dirs = own.length > 0 || otherwise === undefined ? own : await packsIn(otherwise);
  if (dirs.length === 0) {
    const hint = `Name a rule pack, or a policy folder with packs in ${PACKS}/.`;
    throw new GatewayError('policy_dir_missing', `Expected a rule pack at ${dir}, or in ${path.join(dir, PACKS)}`, { hint });
  }
  return Promise.all(dirs.map(checkOne));
}

async function packsIn(dir: string): Promise<readonly string[]> {
  if (await isPack(dir)) return [dir];
  for (const parent of [path.join(dir, PACKS), dir]) {
    const folders = (await namesIn(parent)).map((name) => path.join(parent, name));
    const packs = await Promise.all(folders.map(async (folder) => ((await isPack(folder)) ? [folder] : [])));
    if (packs.flat().length > 0) return packs.flat().sort();
  }
  return [];
}

async function isPack(dir: string): Promise<boolean> {
  const { files } = await filesIn(dir);
  return files.some((name) => packKindOf(name) === 'pack') || (files.length > 0 && path.basename(path.dirname(dir)) === PACKS);
}

async function checkOne(dir: string): Promise<CheckedPack> {
  const name = path.basename(dir);
  const { files, ignored } = await filesIn(dir);
  const sources = await Promise.all(files.map((file) => sourceOf(dir, file, `${PACKS}/${name}/${file}`)));
  const read = sources.flatMap((source) => ('bytes' in source ? [source] : []));
  const broken = sources.flatMap((source) => ('bytes' in source ? [] : [source]));
  const { pack, diagnostics } = checkPack(read.filter((source) => kindIn(source) === 'pack'));
  const judge = judgeDiagnostics(read.filter((source) => kindIn(source) === 'judge'));
  const all = [...broken, ...diagnostics, ...judge].map((diagnostic) => named(diagnostic, dir));
  return {
    ...{ name, dir, files, ignored, rules: pack.rules.length, tools: pack.tools.size, diagnostics: all },
    suppressions: pack.suppressions.findings.length + pack.suppressions.tools.length,
    valid: all.every(({ severity }) => severity !== 'error'),
  };
}

/** A pack that lies in no `guardrail/` has its files where it lies. */
function named(diagnostic: Diagnostic, dir: string): Diagnostic {
  const { file } = diagnostic;
  if (file === undefined || path.basename(path.dirname(dir)) === PACKS) return diagnostic;
  return { ...diagnostic, file: path.posix.join(path.basename(dir), pathInPack(file)) };
}

function kindIn({ path: name }: SourceFile): ReturnType<typeof packKindOf> {
  return packKindOf(pathInPack(name));
}

async function sourceOf(dir: string, file: string, name: string): Promise<SourceFile | Diagnostic> {
  const fail = (message: string): Diagnostic => ({ severity: 'error', code: 'policy_unreadable', message, file: name, row: 1, col: 1 });
  try {
    const absolute = path.join(dir, file);
    const stats = await stat(absolute);
    if (!stats.isFile()) return fail('is no regular file');
    if (stats.size > MAX_BYTES) return fail(`Expected at most ${MAX_BYTES} bytes, got ${stats.size}`);
    return { path: name, bytes: await readFile(absolute) };
  } catch (thrown) {
    return fail(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

async function filesIn(dir: string): Promise<{ readonly files: readonly string[]; readonly ignored: readonly string[] }> {
  const names: string[] = [];
  for (const folder of FOLDERS) names.push(...(await namesIn(path.join(dir, folder))).map((name) => path.posix.join(folder, name)));
  const sorted = names.filter((name) => !FOLDERS.includes(name)).sort();
  return {
    files: sorted.filter((name) => packKindOf(name) !== undefined),
    ignored: sorted.filter((name) => packKindOf(name) === undefined),
  };
}

/** None for what is not there, or no folder. */
async function namesIn(dir: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(dir)) {
      if (names.push(entry.name) >= MAX_FILES) break;
    }
  } catch {
    return names;
  }
  return names;
}
