import { goBool, goList, goString, goStruct } from '../../domains/go-decode.js';
import { decodeOwnBody, demand } from '../../domains/request-body.js';
import type { ReloadOptions } from '../../engine/reload-request.js';
import { GUARD_NAMES, isGuard } from '../../history/guards/guard-names.js';
import type { Attachment } from '../attachment.js';
import type { HttpDeps } from '../deps.js';
import type { Call, Resource } from '../exchange.js';
import { refused } from '../replies.js';
import { reloadAnswer } from './reload-answer.js';

/** Longest name of who asks, in UTF-16 units: it goes into the audit trail. */
const MAX_NAME = 256;

const MAX_REASON = 1024;

const request = goStruct({
  ...{ force: goBool, by: goString, reason: goString, revision: goString, gates: goBool, accept_impact: goBool, accept: goList(goString) },
});

/** What a request about reloading may say; each route takes what concerns it. */
export interface AskedReload {
  readonly options: ReloadOptions;
  /** A revision, as people name it; empty when none is named. */
  readonly revision: string;
}

/** POST /policy/reload: one run of the engine's one path. An empty body asks for nothing beside it. */
export function reloadResource(deps: Pick<HttpDeps, 'policyDir' | 'gates' | 'gatesSettled'>, attachment: Attachment): Resource {
  return {
    path: '/policy/reload',
    methods: {
      POST: async (call) => {
        const { policyDir } = deps;
        if (policyDir === undefined || policyDir === '') return refused(503, 'policy_dir not configured', 'policy_dir_missing');
        const { reloader } = attachment;
        if (reloader === undefined) return refused(503, 'policy reloader unavailable', 'evaluation_no_revision');
        const outcome = await reloader('api', (await askedReload(call)).options);
        await deps.gatesSettled?.();
        return reloadAnswer(outcome, policyDir, deps.gates?.());
      },
    },
  };
}

/** An empty body asks for nothing. Throws `request_invalid`, `request_too_large`. */
export async function askedReload(call: Call): Promise<AskedReload> {
  const body = await call.body();
  const { requestId } = call;
  if (body.every((byte) => WHITE_SPACE.has(byte))) return { options: { requestId }, revision: '' };
  const { force, by, reason, revision, gates, accept, accept_impact: acceptImpact } = decodeOwnBody(body, request);
  demand(by.length <= MAX_NAME, `by: Expected at most ${MAX_NAME} characters`);
  demand(reason.length <= MAX_REASON, `reason: Expected at most ${MAX_REASON} characters`);
  demand((accept ?? []).every(isGuard), `accept: Expected names of guards: ${GUARD_NAMES.join(', ')}`);
  const accepted = [...new Set(accept ?? [])];
  const options: ReloadOptions = {
    requestId,
    ...(force ? { force } : {}),
    ...(gates ? { gates } : {}),
    ...(acceptImpact ? { acceptImpact } : {}),
    ...(by === '' ? {} : { by }),
    ...(reason === '' ? {} : { reason }),
    ...(accepted.length === 0 ? {} : { accept: accepted }),
  };
  return { options, revision };
}

const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
