import { lostDomains } from '../../domains/required-domains.js';
import type { Outcome } from '../../engine/engine.js';
import { ERRORS } from '../../errors.js';
import type { ErrorCode } from '../../errors.js';
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

/** What DefenseClaw calls a failed compilation. */
const UNCOMPILED: ReadonlySet<string> = new Set<ErrorCode>(['policy_rejected', 'policy_no_modules', 'policy_not_utf8']);

/**
 * With a revision serving, a failure leaves it serving: 500, whatever it was, but 409 for what recorded decisions speak against. With none, modules that do not compile are the fault of who
 * sent them: 400. What a gate refuses did compile.
 */
function rejected(outcome: Outcome, gates: Gates): Reply {
  const reason = outcome.error?.message ?? outcome.diagnostics[0]?.message ?? 'no reason given';
  const code = outcome.error?.code ?? 'policy_rejected';
  const uncompiled = outcome.previousRevision === undefined && outcome.trigger !== 'rollback' && UNCOMPILED.has(code);
  const what = outcome.trigger === 'rollback' ? 'rollback failed' : uncompiled ? 'compilation failed' : 'reload failed';
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
  return json(uncompiled ? 400 : code === 'policy_impact' || code === 'policy_impact_timeout' ? ERRORS[code].status : 500, sorted(body), {
    [ERROR_CODE_HEADER]: code,
    ...revisionHeader(outcome),
  });
}

/** Said only when there is something to say: the answer is otherwise what DefenseClaw's clients know. */
function lossIn({ diagnostics }: Outcome): Readonly<Record<string, unknown>> {
  const domains = lostDomains(diagnostics);
  return domains.length === 0 ? {} : { lost_domains: domains };
}

function revisionHeader({ revision }: Outcome): Record<string, string> {
  return revision === undefined ? {} : { [REVISION_HEADER]: shortId(revision) };
}
