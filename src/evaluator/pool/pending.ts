import type { GatewayError } from '../../errors.js';
import type { Evaluation, EvaluationRequest } from '../evaluator.js';
import type { Generation } from './generation.js';

/** A request from the call to the answer. */
export interface Pending {
  readonly generation: Generation;
  readonly entrypoint: number;
  readonly input: Uint8Array | undefined;
  readonly strict: boolean;
  readonly metrics: boolean;
  /** Bound of its wait and, apart from that, of its run. */
  readonly timeoutMs: number;
  readonly submittedAt: number;
  readonly resolve: (evaluation: Evaluation) => void;
  readonly reject: (error: GatewayError) => void;
  /** Number of its latest dispatch in the order of its thread. */
  sequence: number;
  /** Threads that died while they held it. */
  losses: number;
}

/** What {@link EvaluationRequest} leaves out, filled in. */
export function pending(
  generation: Generation,
  entrypoint: number,
  request: EvaluationRequest,
  timeoutMs: number,
  settle: Pick<Pending, 'resolve' | 'reject'>,
): Pending {
  return {
    generation,
    entrypoint,
    input: request.input,
    strict: request.strictBuiltinErrors === true,
    metrics: request.metrics === true,
    timeoutMs: Math.min(request.timeoutMs ?? timeoutMs, timeoutMs),
    submittedAt: performance.now(),
    resolve: settle.resolve,
    reject: settle.reject,
    sequence: 0,
    losses: 0,
  };
}
