import path from 'node:path';
import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { entriesOf } from '../policy/list-files.js';

/** A policy folder, and how it came to be this one. */
export interface ChosenFolder {
  /** Absolute. */
  readonly dir: string;
  /** Undefined for a folder that was named in the command: nobody needs to be told. */
  readonly why: string | undefined;
}

export interface FolderNames {
  /** As an argument, and as a flag. */
  readonly argument: string | undefined;
  readonly flag: string | undefined;
  readonly cwd: string;
}

/** How far down, and through how many entries, a folder that nobody named is searched for Rego. */
const MAX_DEPTH = 4;
const MAX_ENTRIES = 5_000;

/**
 * The folder to work on: as named in the command, as configured, `./policies` or `.` when it holds Rego, else the folder that a gateway
 * would serve. Throws `usage` for two names, `policy_dir_missing` when there is none at all.
 */
export async function chooseFolder({ argument, flag, cwd }: FolderNames, { paths }: Pick<Config, 'paths'>): Promise<ChosenFolder> {
  const named = argument ?? flag;
  if (argument !== undefined && flag !== undefined && path.resolve(cwd, argument) !== path.resolve(cwd, flag)) {
    throw new GatewayError('usage', `Expected one policy folder, got ${argument} and --rego-dir ${flag}`);
  }
  if (named !== undefined) return { dir: path.resolve(cwd, named), why: undefined };
  if (paths.policyDirNamed && paths.policyDir !== undefined) return { dir: paths.policyDir, why: 'policy_dir of the configuration' };
  const beside = path.join(cwd, 'policies');
  if (await holdsRego(beside)) return { dir: beside, why: './policies' };
  if (await holdsRego(cwd)) return { dir: cwd, why: '. holds Rego' };
  if (paths.policyDir === undefined) throw new GatewayError('policy_dir_missing', 'no policy folder is configured, and . holds no Rego');
  return { dir: paths.policyDir, why: 'the folder of the gateway; neither ./policies nor . holds Rego' };
}

/** Looks level by level, so that what lies near the top is found before the bounds end the search. */
async function holdsRego(folder: string): Promise<boolean> {
  let level = [folder];
  let left = MAX_ENTRIES;
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const below: string[] = [];
    for (const directory of level) {
      const entries = await entriesOf(directory);
      left -= entries.length;
      if (entries.some((entry) => entry.name.endsWith('.rego') && !entry.isDirectory() && !entry.name.startsWith('.'))) return true;
      if (left < 0) return false;
      const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules');
      below.push(...folders.map((entry) => path.join(directory, entry.name)));
    }
    level = below;
  }
  return false;
}
