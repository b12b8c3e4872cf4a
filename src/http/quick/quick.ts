import type { Evaluation, EvaluationRequest } from '../../evaluator/evaluator.js';
import type { Call, Reply } from '../exchange.js';
import type { Policy } from '../opa/resolve.js';

/** A revision that evaluates at once, on the thread that asks. */
export interface QuickRevision {
  readonly id: string;
  /** As people see it. */
  readonly shortId: string;
  readonly policy: Policy;
  /** Throws GatewayError `evaluation_*`, or {@link Elsewhere} for a decision that takes its time. */
  evaluateNow(request: EvaluationRequest): Evaluation;
  /** The value that this entrypoint gave decides nothing. */
  undecided(entrypoint: string): void;
}

/** The revision that decides at this moment. */
export interface QuickSource {
  /** Throws {@link Elsewhere} when there is none, or one that is not here. */
  current(): QuickRevision;
}

/** What a handler knows of a request whose body was read already. */
export type QuickCall = Pick<Call, 'method' | 'path' | 'headers' | 'requestId' | 'remoteAddress'>;

/** Answers without waiting for anything but the packing of a large answer. Throws GatewayError, or {@link Elsewhere}. */
export type QuickHandler = (call: QuickCall, body: Uint8Array) => Reply | Promise<Reply>;

/** What the quick lane serves by POST. */
export interface QuickResource {
  /** Exact path, or the start of a path when `below` is set. Also the route label of metrics. */
  readonly path: string;
  readonly below?: boolean;
  /** The handler for one path and its query, which is asked for once and kept; undefined leaves both to the others. */
  handlerFor(target: string): QuickHandler | undefined;
}
