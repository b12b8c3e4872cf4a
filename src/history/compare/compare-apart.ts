import { workApart } from '../../work-apart.js';
import type { Comparison, Side } from './compare.js';

/** {@link compareSides} on a thread of its own: comparing texts and data takes seconds where there is much of them, and decisions go on meanwhile. */
export function compareApart(from: Side, to: Side): Promise<Comparison> {
  return workApart(new URL('./compare-worker.js', import.meta.url), [portable(from), portable(to)]);
}

/** Without the code, which nobody compares. */
function portable({ label, source, built }: Side): Side {
  if (built === undefined) return { label, source };
  const { rules, packages, entrypoints } = built.policy;
  return { label, source, built: { policy: { rules, packages, entrypoints }, data: built.data } };
}
