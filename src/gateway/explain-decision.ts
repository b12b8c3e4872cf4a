import { memberText, notReplayable, revisionOf } from '../decisions/record.js';
import type { KeptDecision } from '../decisions/record.js';
import { GatewayError } from '../errors.js';
import type { Explain } from '../http/opa/explain.js';
import { mergeData } from '../policy/merge-data.js';
import { explainAgain } from './explain-again.js';
import type { ExplainedDecision } from './explain-again.js';
import type { PolicyHistory } from './policy-history.js';

/** Explains a decision by what was kept of it. Throws `decision_not_replayable`, `history_*`, and what the evaluation fails with. */
export async function explainDecision(
  { history, explain }: { readonly history: Pick<PolicyHistory, 'sources'>; readonly explain: Explain },
  kept: KeptDecision,
): Promise<ExplainedDecision> {
  const { record } = kept;
  const obstacle = notReplayable(record);
  const revision = revisionOf(record);
  if (obstacle !== undefined || revision === undefined) throw notKept(obstacle);
  const { source } = await history.sources(revision);
  const recorded = memberText(kept, 'result');
  return explainAgain(
    explain,
    { source, data: mergeData(source).data },
    {
      path: record.path.split('/').filter((segment) => segment !== ''),
      input: memberText(kept, 'input'),
      strictBuiltinErrors: record.custom.strict_builtin_errors === true,
    },
    recorded === undefined ? undefined : Buffer.from(recorded).toString('utf8'),
  );
}

function notKept(obstacle: ReturnType<typeof notReplayable>): GatewayError {
  const why = {
    no_revision: 'no revision decided',
    masked: 'its input was masked',
    oversized: 'its input was too long to be kept',
  }[obstacle ?? 'no_revision'];
  return new GatewayError('decision_not_replayable', `the decision cannot be made again: ${why}`);
}
