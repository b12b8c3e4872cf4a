import type { DecisionFilter } from '../decisions/filter.js';
import type { ReplicaSource } from '../evaluator/replica.js';
import { workApart } from '../work-apart.js';
import type { Replay } from './report.js';

export interface ReplayRequest {
  /** Undefined: what was recorded is what the candidate is compared with. */
  readonly before: ReplicaSource | undefined;
  readonly after: ReplicaSource;
  /** Of one instance. */
  readonly maxMemoryBytes: number;
  /** Kept decisions, newest first, or an export of them, one JSON object a line. */
  readonly from: { readonly folder: string } | { readonly file: string };
  readonly filter: DecisionFilter;
  /** At most so many decisions. */
  readonly limit: number;
}

/**
 * Runs recorded decisions on the candidate and on what they are compared with, on a thread of its own, which gives way to all others. Throws
 * `evaluation_*` when a side cannot be loaded, and what reading throws.
 */
export function replayApart(request: ReplayRequest): Promise<Replay> {
  return workApart(new URL('./replay-worker.js', import.meta.url), request);
}
