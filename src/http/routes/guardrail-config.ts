import type { NewAuditEvent } from '../../audit/event.js';
import type { GuardrailPatch } from '../../config/guardrail-file.js';
import { flatGuardrail } from '../../config/live-guardrail.js';
import type { LiveGuardrail } from '../../config/live-guardrail.js';
import { GatewayError } from '../../errors.js';
import type { Log } from '../../log.js';
import { createAuthenticator } from '../door/token.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { json, refused, sorted } from '../replies.js';
import { readGuardrailPatch } from './guardrail-patch.js';

/** What the settings route is built from. */
export interface GuardrailConfigDeps {
  readonly live: LiveGuardrail;
  readonly token: string | undefined;
  /** Writes one row of the trail. Throws `audit_store_failed`. */
  readonly audit: (event: NewAuditEvent) => void;
  readonly log: Log;
}

const NEEDS_TOKEN = 'guardrail config changes require a valid gateway token — set DEFENSECLAW_GATEWAY_TOKEN';

const NEEDS_RESTART = 'guardrail config change requires gateway restart';
const CHANGED = 'the guardrail settings were changed through the API';

/** GET and PATCH /v1/guardrail/config: the settings as they are now. A change is validated, written, live and in the trail, or none of it. */
export function guardrailConfigResource(deps: GuardrailConfigDeps): Resource {
  const authenticate = createAuthenticator(deps.token);
  return {
    path: '/v1/guardrail/config',
    methods: {
      GET: () => json(200, sorted(flatGuardrail(deps.live.current))),
      PATCH: async (call) => {
        // The token a second time: the short header opens the API, but changes no settings.
        const { authorization, 'x-defenseclaw-token': own } = call.headers;
        const outcome = authenticate({
          ...(authorization === undefined ? {} : { authorization }),
          ...(own === undefined ? {} : { 'x-defenseclaw-token': own }),
        });
        if ('failure' in outcome) return refused(403, NEEDS_TOKEN);
        return update(deps, call, readGuardrailPatch(await call.body()));
      },
    },
  };
}

async function update({ live, audit, log }: GuardrailConfigDeps, call: Call, patch: GuardrailPatch): Promise<Reply> {
  const change = await live.update(patch);
  try {
    audit({
      action: 'guardrail-config-reload',
      target: 'guardrail',
      actor: 'api',
      details: JSON.stringify(Object.fromEntries(change.changed.map((field) => [field, patch[field]]))),
      outcome: change.live ? 'live' : 'restart_required',
      request_id: call.requestId,
    });
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    const undone = await change.undo();
    log.error({ err: thrown, undone }, 'a guardrail setting was taken back: the audit trail cannot be written');
    return refused(503, 'audit store unavailable', thrown.code);
  }
  const settings = flatGuardrail(change.settings);
  const changed = change.changed.map((field) => `${field}=${settings[field]}`);
  log.info({ changed: change.changed, live: change.live }, change.live ? CHANGED : NEEDS_RESTART);
  // A conflict, so that no client takes the new value for the one that decides, now or after the next start.
  if (!change.live) return json(409, { changed, error: NEEDS_RESTART, restart_required: change.changed });
  return json(200, sorted({ ...settings, changed, live: true, status: 'updated' }));
}
