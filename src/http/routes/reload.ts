import { goBool, goString, goStruct } from '../../domains/go-decode.js';
import { decodeBody, demand } from '../../domains/request-body.js';
import { lostDomains } from '../../domains/required-domains.js';
import type { Outcome } from '../../engine/engine.js';
import type { ReloadOptions } from '../../engine/reload-request.js';
import { shortId } from '../../policy/source-set.js';
import type { Attachment } from '../attachment.js';
import type { HttpDeps } from '../deps.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { ERROR_CODE_HEADER, json, refused, REVISION_HEADER, sorted } from '../replies.js';

/** Longest name of who asks, in UTF-16 units: it goes into the audit trail. */
const MAX_NAME = 256;

const request = goStruct({ force: goBool, by: goString });

/** POST /policy/reload: one run of the engine's one path. An empty body asks for nothing beside it. */
export function reloadResource(deps: Pick<HttpDeps, 'policyDir'>, attachment: Attachment): Resource {
  return {
    path: '/policy/reload',
    methods: {
      POST: async (call) => {
        const { policyDir } = deps;
        if (policyDir === undefined || policyDir === '') return refused(503, 'policy_dir not configured', 'policy_dir_missing');
        const { reloader } = attachment;
        if (reloader === undefined) return refused(503, 'policy reloader unavailable', 'evaluation_no_revision');
        const outcome = await reloader('api', await optionsOf(call));
        return outcome.status === 'rejected' ? rejected(outcome) : done(outcome, policyDir);
      },
    },
  };
}

/** Throws `request_invalid`, `request_too_large`. */
async function optionsOf(call: Call): Promise<ReloadOptions> {
  const body = await call.body();
  const { requestId } = call;
  if (body.every((byte) => WHITE_SPACE.has(byte))) return { requestId };
  const { force, by } = decodeBody(body, request);
  demand(by.length <= MAX_NAME, `by: Expected at most ${MAX_NAME} characters`);
  return { requestId, ...(force ? { force } : {}), ...(by === '' ? {} : { by }) };
}

const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

function done(outcome: Outcome, policyDir: string): Reply {
  const body = {
    status: 'reloaded',
    policy_dir: policyDir,
    changed: outcome.status === 'reloaded',
    revision: outcome.revision ?? null,
    previous_revision: outcome.previousRevision ?? null,
    modules: outcome.modules,
    duration_ms: outcome.durationMs,
    stages: outcome.stages,
    ...lossIn(outcome),
    warnings: outcome.diagnostics.filter(({ severity }) => severity === 'warning'),
  };
  return json(200, sorted(body), revisionHeader(outcome));
}

/**
 * With a revision serving, a failure leaves it serving: 500. With none, nothing was at stake but the folder itself: 400.
 */
function rejected(outcome: Outcome): Reply {
  const serving = outcome.previousRevision !== undefined;
  const reason = outcome.error?.message ?? outcome.diagnostics[0]?.message ?? 'no reason given';
  const code = outcome.error?.code ?? 'policy_rejected';
  const body = {
    status: 'failed',
    error: `${serving ? 'reload failed' : 'compilation failed'}: ${reason}`,
    code,
    ...lossIn(outcome),
    diagnostics: outcome.diagnostics,
    revision: outcome.revision ?? null,
    candidate: outcome.candidate ?? null,
    duration_ms: outcome.durationMs,
    stages: outcome.stages,
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
