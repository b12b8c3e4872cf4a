import type { MineResult } from '../../compiler/mine-protocol.js';
import type { ReplicaSource } from '../../evaluator/replica.js';
import { workApart } from '../../work-apart.js';
import type { WitnessOptions, WitnessSearch } from './search.js';

export interface WitnessRequestSide {
  readonly source: ReplicaSource;
  readonly mined: MineResult;
}

export interface WitnessRequest {
  readonly before: WitnessRequestSide;
  readonly after: WitnessRequestSide;
  /** Of one instance. */
  readonly maxMemoryBytes: number;
  readonly options: WitnessOptions;
}

/** {@link searchWitness} on a thread of its own, which gives way to all others. Throws `evaluation_*` when a side cannot be loaded. */
export function searchApart(request: WitnessRequest): Promise<WitnessSearch> {
  return workApart(new URL('./witness-worker.js', import.meta.url), request);
}
