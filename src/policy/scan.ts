import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { BigIntStats } from 'node:fs';
import { GatewayError } from '../errors.js';
import { lookAt } from './look-at.js';
import type { Look } from './look-at.js';
import { MANIFEST_NAME, OUTER_MANIFEST } from './manifest.js';
import { mapBounded } from './map-bounded.js';
import { fileTooLarge, folderTooLarge, missingFolder, systemCode, unreadable } from './source-errors.js';
import { judgeKindOf, kindOf, packKindOf, packOf, PACKS, suiteKindOf, SUITES } from './source-kind.js';
import type { SourceLimits } from './source-set.js';
import { walk } from './walk.js';
import type { Walked, WalkedFile, WalkOptions } from './walk.js';

/** A source file as the file system describes it. */
export interface ScannedFile extends WalkedFile {
  /** `dev:ino:size:mtimeNs:ctimeNs`: ctime catches a restored mtime, ino a rename. */
  readonly print: string;
  readonly size: number;
  readonly changedAt: number;
}

/** One look at the policy folder: names and fingerprints, no contents. */
export interface Scan {
  readonly root: string;
  /** Sorted by path. */
  readonly files: readonly ScannedFile[];
  readonly problems: readonly GatewayError[];
  /** Equal keys: nothing that is read from the folder has moved. */
  readonly key: string;
  /** When a source or a folder last changed, in ms since the epoch. */
  readonly changedAt: number;
  /** Folders and symlinks by absolute path, each with what it is: a listener on one that differs now hears nothing. */
  readonly places: ReadonlyMap<string, string>;
}

export interface ScanOptions extends Pick<WalkOptions, 'limits' | 'deadline' | 'ignored'> {
  /** Name of the rule pack that is read, of those in `guardrail/`. */
  readonly pack: string;
}

/** The bytes of a stat that tell one state of a file from another. */
export function printOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/**
 * Scans the policy folder. The root is `<policy_dir>/rego` when that holds a .rego file at any depth, or exists and cannot
 * be listed (an operator who uses `rego/` must not be answered from another folder); else `<policy_dir>`. The choice is
 * made anew each time. Never throws: what is wrong is in `problems`.
 */
export async function scanPolicy(policyDir: string, { limits, deadline, ignored, pack }: ScanOptions): Promise<Scan> {
  const base = path.resolve(policyDir);
  try {
    if (!(await deadline.race(stat(base))).isDirectory()) return broken(base, missingFolder(policyDir, undefined));
  } catch (thrown) {
    if (thrown instanceof GatewayError) return broken(base, thrown);
    const missing = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(thrown) ?? '');
    return broken(base, missing ? missingFolder(policyDir, thrown) : unreadable(base, 'the policy folder cannot be read', thrown));
  }
  try {
    return await deadline.race(scanIn(base, { limits, deadline, ignored, home: base }, pack));
  } catch (thrown) {
    if (thrown instanceof GatewayError) return broken(base, thrown);
    return broken(base, unreadable(base, 'the policy folder cannot be walked', thrown));
  }
}

async function scanIn(base: string, options: Omit<WalkOptions, 'kindOf'>, pack: string): Promise<Scan> {
  const nested = path.join(base, 'rego');
  const inner = await walkNested(nested, { ...options, kindOf });
  if (inner instanceof GatewayError) return broken(nested, inner);
  const holdsRego = inner?.files.some(({ kind }) => kind === 'module' || kind === 'test') ?? false;
  const unlisted = inner?.folders.includes(nested) === false;
  if (inner === undefined || !(holdsRego || unlisted)) {
    const flat = await walk(base, { ...options, kindOf });
    return look(base, [{ ...flat, files: flat.files.filter((file) => [undefined, pack].includes(packOfFile(file))) }], options);
  }
  const judge = await walkBeside(base, 'judge', { ...options, kindOf: judgeKindOf });
  const suites = await walkBeside(base, SUITES, { ...options, kindOf: suiteKindOf });
  const beside = [judge, suites, await walkBeside(base, `${PACKS}/${pack}`, { ...options, kindOf: packKindOf })];
  // What lies beside `rego/` stands in for what lies in it.
  const covered = [judge, suites].flatMap((walked) => walked?.files[0]?.kind ?? []);
  const own = inner.files.filter((file) => packOfFile(file) === undefined && !covered.includes(file.kind));
  const outer = { ...inner, files: [...own, ...(await manifestBeside(base))] };
  return look(nested, [outer, ...beside.filter((walked) => walked !== undefined)], options);
}

/** The rule pack that a file is one of: modules and data lie where they like. */
function packOfFile({ path: name, kind }: WalkedFile): string | undefined {
  return kind === 'pack' || kind === 'judge' ? packOf(name) : undefined;
}

/** A bundle that was unpacked into the policy folder has its manifest beside `rego/`. */
async function manifestBeside(base: string): Promise<WalkedFile[]> {
  const absolute = path.join(base, MANIFEST_NAME);
  const isFile = await stat(absolute).then(
    (stats) => stats.isFile(),
    () => false,
  );
  return isFile ? [{ path: OUTER_MANIFEST, absolute, kind: 'manifest' }] : [];
}

async function walkNested(nested: string, options: WalkOptions): Promise<Walked | GatewayError | undefined> {
  try {
    if (!(await stat(nested)).isDirectory()) return unreadable('rego', 'is no folder');
    return await walk(nested, options);
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    const code = systemCode(thrown);
    return code === 'ENOENT' ? undefined : unreadable('rego', 'the folder cannot be read', thrown);
  }
}

/** Files of a folder beside `rego/`, by their paths from there: wherever the folder lies, they have these names. Undefined when there are none. */
async function walkBeside(base: string, folder: string, options: WalkOptions): Promise<Walked | undefined> {
  try {
    const found = await walk(path.join(base, folder), options);
    const files = found.files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
    return files.length === 0 && found.problems.length === 0 ? undefined : { ...found, files };
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(thrown) ?? '')) return undefined;
    throw thrown;
  }
}

async function look(root: string, walks: readonly Walked[], { limits, deadline }: Pick<WalkOptions, 'limits' | 'deadline'>): Promise<Scan> {
  const problems = walks.flatMap((walked) => walked.problems);
  const places = new Map<string, string>(walks.flatMap((walked) => [...walked.links]));
  const statsOf = await lookAt(root);
  const folders = await mapBounded(
    walks.flatMap((walked) => walked.folders),
    async (folder) => {
      deadline.check();
      return { folder, stats: await statOrUndefined(folder, statsOf) };
    },
  );
  let changedAt = 0;
  for (const { folder, stats } of folders) {
    if (stats === undefined) continue;
    // ext4 gives a folder that is made anew its old inode number: the time of birth tells them apart.
    places.set(folder, `${places.get(folder) ?? ''}#${stats.dev}:${stats.ino}:${stats.birthtimeNs}`);
    changedAt = Math.max(changedAt, Number(stats.ctimeNs / 1_000_000n));
  }
  const found = await mapBounded(
    walks.flatMap((walked) => walked.files),
    (file) => {
      deadline.check();
      return describe(file, limits, statsOf);
    },
  );
  const files: ScannedFile[] = [];
  let total = 0;
  for (const file of found) {
    if (file instanceof GatewayError) {
      problems.push(file);
      continue;
    }
    files.push(file);
    total += file.size;
    changedAt = Math.max(changedAt, file.changedAt);
  }
  if (total > limits.maxTotalBytes) problems.push(folderTooLarge(total, limits));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { root, files, problems, key: keyOf(root, files, problems), changedAt, places };
}

async function describe(file: WalkedFile, limits: SourceLimits, statsOf: Look): Promise<ScannedFile | GatewayError> {
  try {
    const stats = await statsOf(file.absolute);
    if (!stats.isFile()) return unreadable(file.path, 'is no regular file');
    const scanned = scannedAs(file, stats);
    return scanned.size > limits.maxFileBytes ? fileTooLarge(file.path, scanned.size, limits) : scanned;
  } catch (thrown) {
    return unreadable(file.path, 'cannot be read', thrown);
  }
}

/** A file in the state that the file system tells of. */
export function scannedAs(file: WalkedFile, stats: BigIntStats): ScannedFile {
  return { ...file, print: printOf(stats), size: Number(stats.size), changedAt: Number(stats.ctimeNs / 1_000_000n) };
}

async function statOrUndefined(folder: string, statsOf: Look): Promise<BigIntStats | undefined> {
  try {
    return await statsOf(folder);
  } catch {
    // Gone since it was listed: the next scan of the pair that has to agree sees it.
    return undefined;
  }
}

/** The scan with another state of the file at this place among its files. */
export function withFile(scan: Scan, at: number, file: ScannedFile): Scan {
  const files = scan.files.with(at, file);
  return { ...scan, files, key: keyOf(scan.root, files, scan.problems), changedAt: Math.max(scan.changedAt, file.changedAt) };
}

function keyOf(root: string, files: readonly ScannedFile[], problems: readonly GatewayError[]): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([root, ...problems.map(({ code, message }) => [code, message])]));
  // No name holds NUL. One text of all: a call for each file takes ten times as long as the hash.
  let text = '';
  for (const { path: name, print } of files) text += `\0${name}\0${print}`;
  return hash.update(text).digest('hex');
}

function broken(root: string, problem: GatewayError): Scan {
  return { root, files: [], problems: [problem], key: keyOf(root, [], [problem]), changedAt: 0, places: new Map() };
}
