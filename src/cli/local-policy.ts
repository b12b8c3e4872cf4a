import path from 'node:path';
import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { createPolicyEngine } from '../gateway/policy-engine.js';
import type { PolicyEngine } from '../gateway/policy-engine.js';
import { silentLog } from '../log.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';

export interface LocalFlags extends SettingFlags {
  readonly 'rego-dir'?: string | undefined;
}

/** A policy folder opened without a gateway. */
export interface LocalPolicy {
  /** The folder as named, absolute. */
  readonly dir: string;
  readonly config: Config;
  readonly parts: PolicyEngine;
}

/** Runs `work` on the folder of `--rego-dir`, or of the configuration, and stops the compiler and the workers afterwards. */
export async function withLocalPolicy<T>(flags: LocalFlags, work: (local: LocalPolicy) => Promise<T>): Promise<T> {
  const config = configFromFlags(flags);
  const dir = flags['rego-dir'] === undefined ? config.paths.policyDir : path.resolve(flags['rego-dir']);
  if (dir === undefined) throw new GatewayError('policy_dir_missing', 'no policy folder is configured');
  const parts = createPolicyEngine({ config, policyDir: dir, log: silentLog });
  try {
    return await work({ dir, config, parts });
  } finally {
    await parts.close();
  }
}

/** The same with the policies compiled and serving; throws what the reload was rejected for. */
export async function withLocalEngine<T>(flags: LocalFlags, work: (local: LocalPolicy) => Promise<T>): Promise<T> {
  return withLocalPolicy(flags, async (local) => {
    const outcome = await local.parts.engine.reload('boot');
    if (outcome.status === 'rejected') {
      throw new GatewayError('policy_rejected', outcome.error?.message ?? 'the policies were rejected', {
        details: { diagnostics: outcome.diagnostics },
      });
    }
    return work(local);
  });
}
