import type { EvaluationQuery, QueryResult } from '../../compiler/query-protocol.js';
import { GatewayError } from '../../errors.js';
import type { Revision } from '../../policy/revision.js';

/**
 * Asks OPA's interpreter about the sources of a revision. Bounded in time and memory, and one at a time. With `adHoc` the query is somebody's
 * own: it may not call what reaches out of the process. Throws `evaluation_overloaded`, `compiler_*`.
 */
export type Interpret = (
  revision: Pick<Revision, 'source' | 'data'>,
  evaluation: EvaluationQuery,
  options?: { readonly adHoc?: boolean },
) => Promise<QueryResult>;

/** What an evaluation failed with, as an evaluation by the engine that serves would have failed. */
export function evaluationFailure({ code, message, location }: NonNullable<QueryResult['error']>): GatewayError {
  const kind =
    code === 'eval_conflict_error' ? 'evaluation_conflict' : code === 'eval_cancel_error' ? 'evaluation_timeout' : 'evaluation_failed';
  return new GatewayError(kind, message, { details: { ...location } });
}
