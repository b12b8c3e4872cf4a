import { DECISION_HEADER } from '../decisions/decision-log.js';
import type { DecisionFacts, DecisionLog } from '../decisions/decision-log.js';
import { asGatewayError } from '../errors.js';
import type { Reply } from './exchange.js';
import { withHeader } from './replies.js';

/** What is known where a decision is answered. */
export interface Decided extends Omit<DecisionFacts, 'error'> {
  /** Why there is none. */
  readonly thrown?: unknown;
}

/** Takes a decision down; its id. Undefined without a log, and when none was made and the caller is to ask again. */
export function note(log: DecisionLog | undefined, decided: Decided): string | undefined {
  if (log === undefined) return undefined;
  const { thrown } = decided;
  if (thrown === undefined) return log.note(decided);
  const { code, message, spec } = asGatewayError(thrown);
  return spec.status === 503 ? undefined : log.note({ ...decided, verdict: 'error', error: { code, message } });
}

/** The same, named in its answer. */
export function noted(reply: Reply, log: DecisionLog | undefined, decided: Decided): Reply {
  const id = note(log, decided);
  return id === undefined ? reply : withHeader(reply, DECISION_HEADER, id);
}
