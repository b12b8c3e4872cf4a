import type { DecisionFilter } from '../decisions/filter.js';
import type { ReplicaSource } from '../evaluator/replica.js';
import { GatewayError } from '../errors.js';
import { keepThread } from '../kept-thread.js';
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

const SCRIPT = new URL('./replay-worker.js', import.meta.url);
/** Edits come in series, some minutes apart: the second of them finds a thread that has read in what it takes and whose code is compiled. */
const IDLE_MS = 300_000;

/**
 * Runs recorded decisions on the candidate and on what they are compared with, on a thread of its own, which gives way to all others. Throws
 * `evaluation_*` when a side cannot be loaded, what reading throws, and the reason of the signal, which ends it.
 */
export type ReplayApart = (request: ReplayRequest, signal?: AbortSignal) => Promise<Replay>;

/** On a thread that ends with it. */
export const replayApart: ReplayApart = (request, signal) => workApart(SCRIPT, request, signal === undefined ? {} : { signal });

/** A thread that waits lets go of what it had only when it has other work to do: with more data than this it ends instead. */
const KEPT_DATA_BYTES = 4 * 1024 * 1024;

/** On a thread that is kept for the next one for a while, unless the data is large. */
export function createReplayThread(): { readonly replay: ReplayApart; close(): Promise<void> } {
  const thread = keepThread(SCRIPT, IDLE_MS);
  const closing = new AbortController();
  return {
    replay(request, signal) {
      if (dataBytes(request) <= KEPT_DATA_BYTES) return thread.ask(request, signal);
      return workApart(SCRIPT, request, { signal: signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]) });
    },
    async close() {
      closing.abort(new GatewayError('evaluator_closed', 'the gateway is shutting down'));
      await thread.close();
    },
  };
}

function dataBytes({ before, after }: ReplayRequest): number {
  return after.data.byteLength + (before?.data.byteLength ?? 0);
}
