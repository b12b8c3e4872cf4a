import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { COMMAND_PATIENCE } from '../gateway/configured-reader.js';
import type { PolicyEngine } from '../gateway/policy-engine.js';
import { silentLog } from '../log.js';
import { chooseFolder } from './policy-folder.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';

export interface LocalFlags extends SettingFlags {
  readonly 'rego-dir'?: string | undefined;
}

/** A policy folder, found without a gateway. */
export interface LocalFolder {
  /** The folder as named, absolute. */
  readonly dir: string;
  /** Why this one, when the command does not name it. */
  readonly why: string | undefined;
  readonly config: Config;
}

/** The same with what it takes to work on it. */
export interface LocalPolicy extends LocalFolder {
  readonly parts: PolicyEngine;
}

/** The folder that is named, or found (see {@link chooseFolder}). */
export async function localFolder(flags: LocalFlags, argument: string | undefined): Promise<LocalFolder> {
  const config = configFromFlags(flags);
  const { dir, why } = await chooseFolder({ argument, flag: flags['rego-dir'], cwd: process.cwd() }, config);
  return { dir, why, config };
}

/** Runs `work` on the folder, and stops the compiler and the workers afterwards. */
export async function withLocalPolicy<T>(folder: LocalFolder, work: (local: LocalPolicy) => Promise<T>): Promise<T> {
  // Not every command on a folder needs an engine: it brings a third of the program with it.
  const { createPolicyEngine } = await import('../gateway/policy-engine.js');
  const parts = createPolicyEngine({ config: folder.config, policyDir: folder.dir, log: silentLog });
  parts.patience.factor = COMMAND_PATIENCE;
  try {
    return await work({ ...folder, parts });
  } finally {
    await parts.close();
  }
}

/** Compiles the policies and serves them to this process; throws what the reload was rejected for. */
export async function serve({ parts }: Pick<LocalPolicy, 'parts'>): Promise<void> {
  const outcome = await parts.engine.reload('boot');
  if (outcome.status !== 'rejected') return;
  throw new GatewayError('policy_rejected', outcome.error?.message ?? 'the policies were rejected', {
    details: { diagnostics: outcome.diagnostics },
  });
}
