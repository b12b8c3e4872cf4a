import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { createPolicyEngine } from '../gateway/policy-engine.js';
import type { PolicyEngine } from '../gateway/policy-engine.js';
import { silentLog } from '../log.js';
import { chooseFolder } from './policy-folder.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';

export interface LocalFlags extends SettingFlags {
  readonly 'rego-dir'?: string | undefined;
}

/** A policy folder opened without a gateway. */
export interface LocalPolicy {
  /** The folder as named, absolute. */
  readonly dir: string;
  /** Why this one, when the command does not name it. */
  readonly why: string | undefined;
  readonly config: Config;
  readonly parts: PolicyEngine;
}

/** Runs `work` on the folder that is named, or found (see {@link chooseFolder}), and stops the compiler and the workers afterwards. */
export async function withLocalPolicy<T>(
  flags: LocalFlags,
  argument: string | undefined,
  work: (local: LocalPolicy) => Promise<T>,
): Promise<T> {
  const config = configFromFlags(flags);
  const { dir, why } = await chooseFolder({ argument, flag: flags['rego-dir'], cwd: process.cwd() }, config);
  const parts = createPolicyEngine({ config, policyDir: dir, log: silentLog });
  try {
    return await work({ dir, why, config, parts });
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
