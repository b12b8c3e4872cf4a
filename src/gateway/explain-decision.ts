import { memberText, notReplayable, revisionOf } from '../decisions/record.js';
import type { KeptDecision } from '../decisions/record.js';
import { whyOf } from '../decisions/explain/why.js';
import type { Why } from '../decisions/explain/why.js';
import { GatewayError } from '../errors.js';
import { explained } from '../http/opa/explain.js';
import type { Explain } from '../http/opa/explain.js';
import { mergeData } from '../policy/merge-data.js';
import type { PolicyHistory } from './policy-history.js';

/** A decision made once more by OPA's interpreter, on what was kept of it. */
export interface ExplainedDecision extends Why {
  /** JSON text of what it comes to; absent for undefined. */
  readonly result?: string;
  /** True when that is what the record says. */
  readonly agrees: boolean;
  /** More was tried than is told. */
  readonly truncated: boolean;
}

/** Throws `decision_not_replayable`, `history_*`, and what the evaluation fails with. */
export async function explainDecision(
  { history, explain }: { readonly history: Pick<PolicyHistory, 'sources'>; readonly explain: Explain },
  kept: KeptDecision,
): Promise<ExplainedDecision> {
  const { record } = kept;
  const obstacle = notReplayable(record);
  const revision = revisionOf(record);
  if (obstacle !== undefined || revision === undefined) throw notKept(obstacle);
  const { source } = await history.sources(revision);
  const told = await explain(
    { source, data: mergeData(source).data },
    {
      path: record.path.split('/').filter((segment) => segment !== ''),
      input: memberText(kept, 'input'),
      mode: 'full',
      strictBuiltinErrors: record.custom.strict_builtin_errors === true,
      exhaustive: true,
    },
  );
  const recorded = memberText(kept, 'result');
  const { result, agrees } = explained(told, recorded === undefined ? undefined : Buffer.from(recorded).toString('utf8'));
  const { lines = [], truncated = false } = told.explanation ?? {};
  return { ...(result === undefined ? {} : { result }), agrees, truncated, ...whyOf(lines) };
}

function notKept(obstacle: ReturnType<typeof notReplayable>): GatewayError {
  const why = {
    no_revision: 'no revision decided',
    masked: 'its input was masked',
    oversized: 'its input was too long to be kept',
  }[obstacle ?? 'no_revision'];
  return new GatewayError('decision_not_replayable', `the decision cannot be made again: ${why}`);
}
