import { lostDomains } from '../../domains/required-domains.js';
import type { Outcome } from '../../engine/engine.js';
import { shortId } from '../../policy/source-set.js';
import type { Reply } from '../exchange.js';
import { ERROR_CODE_HEADER, json, REVISION_HEADER, sorted } from '../replies.js';

/** What the gates said: of this very attempt, or that they are still being asked. */
type Gates = Readonly<Record<string, unknown>> | undefined;

/** The answer to whoever asked for a run of the engine's one path. */
export function reloadAnswer(outcome: Outcome, policyDir: string | undefined, gates?: Gates): Reply {
  return outcome.status === 'rejected' ? rejected(outcome, gates) : done(outcome, policyDir, gates);
}

function done(outcome: Outcome, policyDir: string | undefined, gates: Gates): Reply {
  const body = {
    status: outcome.status === 'held' ? 'held' : 'reloaded',
    policy_dir: policyDir ?? null,
    changed: outcome.status === 'reloaded',
    revision: outcome.revision ?? null,
    previous_revision: outcome.previousRevision ?? null,
    modules: outcome.modules,
    duration_ms: outcome.durationMs,
    stages: outcome.stages,
    ...lossIn(outcome),
    warnings: outcome.diagnostics.filter(({ severity }) => severity === 'warning'),
    ...(outcome.asked.force === true ? { forced: true } : {}),
    ...(gates === undefined ? {} : { gates }),
    ...(outcome.pin === undefined ? {} : { pinned: outcome.pin.revision }),
    ...(outcome.status === 'held' ? { candidate: outcome.candidate ?? null } : {}),
  };
  return json(200, sorted(body), revisionHeader(outcome));
}

/**
 * With a revision serving, a failure leaves it serving: 500. With none, nothing was at stake but the folder itself: 400.
 */
function rejected(outcome: Outcome, gates: Gates): Reply {
  const serving = outcome.previousRevision !== undefined;
  const reason = outcome.error?.message ?? outcome.diagnostics[0]?.message ?? 'no reason given';
  const code = outcome.error?.code ?? 'policy_rejected';
  const what = outcome.trigger === 'rollback' ? 'rollback failed' : serving ? 'reload failed' : 'compilation failed';
  const body = {
    status: 'failed',
    error: `${what}: ${reason}`,
    code,
    ...lossIn(outcome),
    diagnostics: outcome.diagnostics,
    revision: outcome.revision ?? null,
    candidate: outcome.candidate ?? null,
    duration_ms: outcome.durationMs,
    stages: outcome.stages,
    ...(gates === undefined ? {} : { gates }),
  };
  return json(serving ? 500 : 400, sorted(body), { [ERROR_CODE_HEADER]: code, ...revisionHeader(outcome) });
}

/** Said only when there is something to say: the answer is otherwise what DefenseClaw's clients know. */
function lossIn({ diagnostics }: Outcome): Readonly<Record<string, unknown>> {
  const domains = lostDomains(diagnostics);
  return domains.length === 0 ? {} : { lost_domains: domains };
}

function revisionHeader({ revision }: Outcome): Record<string, string> {
  return revision === undefined ? {} : { [REVISION_HEADER]: shortId(revision) };
}
