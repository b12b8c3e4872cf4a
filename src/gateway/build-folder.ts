import { mergeApart } from '../policy/merge-apart.js';
import type { SourceSet } from '../policy/source-set.js';
import type { ImpactSide } from './measure-impact.js';
import type { PolicyEngine } from './policy-engine.js';

/** Whether rules and data agree is not asked here. */
const NO_CLAIMS = { rules: [], references: [] };

/** A revision, or what may become one, with what it was made of. */
export interface BuiltSide extends ImpactSide {
  readonly source: SourceSet;
}

/** What was read, compiled and merged as a reload would, without serving it. Throws `policy_*`, `compiler_*`. */
export async function buildFolder({ compile }: Pick<PolicyEngine, 'compile'>, source: SourceSet): Promise<BuiltSide> {
  const policy = await compile(source);
  const { data } = await mergeApart(source, NO_CLAIMS);
  return { id: source.id, source, policy, data };
}
