import { GatewayError } from '../errors.js';
import type { SourceSet } from '../policy/source-set.js';
import type { PolicyEngine } from './policy-engine.js';

/** Reads the folder of the parts. Throws `policy_*`. */
export function readSources({ reader, policyDir }: Pick<PolicyEngine, 'reader' | 'policyDir'>): Promise<SourceSet> {
  if (policyDir === undefined) throw new GatewayError('policy_dir_missing', 'policy_dir not configured');
  return reader.read(policyDir);
}
