import type { Config } from '../../config/config.js';
import type { Made } from '../../engine/candidate.js';
import type { Revision } from '../../policy/revision.js';
import type { SourceSet } from '../../policy/source-set.js';
import type { SuiteAnswer, SuiteSample } from '../../suites/sample.js';
import { workApart } from '../../work-apart.js';

export interface SuiteQuestion {
  readonly source: SourceSet;
  readonly made: Made;
  readonly samples: readonly SuiteSample[];
  readonly evaluation: Pick<Config['evaluation'], 'timeout' | 'max_memory_mb'>;
  /** Gives way to everything else. */
  readonly patient: boolean;
  readonly signal?: AbortSignal;
}

/** What the thread gets. */
export interface SuiteRequest {
  readonly revision: Revision;
  readonly samples: readonly SuiteSample[];
  readonly timeoutMs: number;
  readonly maxMemoryBytes: number;
  readonly patient: boolean;
}

const MIB = 1024 * 1024;
/** Heap of the thread in MiB, that of the local scan. */
const MAX_HEAP_MB = 512;

/**
 * What the inspector of a gateway in action mode, without a judge and without anybody to ask, says to each sample: local scan, facts and policy of
 * one revision, on a thread that ends with the work. Throws `evaluation_*`, `policy_rulepack_invalid` and the reason of the signal.
 */
export function askSuitesApart({ source, made, samples, evaluation, patient, signal }: SuiteQuestion): Promise<readonly SuiteAnswer[]> {
  const nothing = { modules: [], tests: [], data: [], overlays: [], schemas: [], suites: [], judge: [] };
  const request: SuiteRequest = {
    // What was read is needed no more, but for the rule pack.
    revision: {
      ...{ id: source.id, source: { ...source, ...nothing }, policy: made.policy, data: made.data },
      ...{ warnings: [], trigger: 'api', loadedAt: new Date() },
    },
    samples,
    timeoutMs: evaluation.timeout,
    maxMemoryBytes: evaluation.max_memory_mb * MIB,
    patient,
  };
  return workApart(new URL('./suite-worker.js', import.meta.url), request, {
    ...(signal === undefined ? {} : { signal }),
    maxHeapMb: MAX_HEAP_MB,
  });
}
