import type { NewAuditEvent, Severity } from '../../audit/event.js';
import { goFloat, goInt, goList, goPointer, goString, goStruct } from '../../domains/go-decode.js';
import type { Decoded } from '../../domains/go-decode.js';
import { decodeBody, demand, isStableIdentifier } from '../../domains/request-body.js';
import { GatewayError } from '../../errors.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { json, refused } from '../replies.js';

/** What the event route is built from. */
export interface GuardrailEventDeps {
  readonly metrics: { guardrailEvaluation(action: string): void };
  /** Writes one row of the trail. Throws `audit_store_failed`. */
  readonly audit: (event: NewAuditEvent) => void;
}

const request = goStruct({
  ...{ evaluation_id: goString, direction: goString, action: goString, severity: goString, model: goString, reason: goString },
  ...{ findings: goList(goString), elapsed_ms: goFloat, cisco_elapsed_ms: goFloat },
  ...{ tokens_in: goPointer(goInt), tokens_out: goPointer(goInt) },
});

type GuardrailEvent = Decoded<typeof request>;

const SEVERITIES: readonly string[] = ['NONE', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

/** POST /v1/guardrail/event: a guardrail elsewhere tells what it decided. */
export function guardrailEventResource(deps: GuardrailEventDeps): Resource {
  return {
    path: '/v1/guardrail/event',
    methods: { POST: async (call) => record(deps, call, readEvent(await call.body())) },
  };
}

function readEvent(body: Uint8Array): GuardrailEvent {
  const given = decodeBody(body, request);
  const required = [given.evaluation_id, given.direction, given.action, given.severity];
  demand(
    required.every((field) => field !== ''),
    'evaluation_id, direction, action, and severity are required',
  );
  const event = {
    ...given,
    evaluation_id: given.evaluation_id.trim(),
    direction: given.direction.trim().toLowerCase(),
    action: given.action.trim().toLowerCase(),
    severity: given.severity.trim().toUpperCase(),
    model: given.model.trim(),
  };
  demand(isStableIdentifier(event.evaluation_id), 'evaluation_id must be a stable identifier');
  demand(['prompt', 'completion'].includes(event.direction), 'direction must be prompt or completion');
  demand(['allow', 'alert', 'block'].includes(event.action), 'action must be allow, alert, or block');
  demand(SEVERITIES.includes(event.severity), 'severity must be NONE, INFO, LOW, MEDIUM, HIGH, or CRITICAL');
  demand(event.model === '' || isStableIdentifier(event.model), 'model must be a stable identifier');
  demand(event.elapsed_ms >= 0 && event.cisco_elapsed_ms >= 0, 'latency must be a finite non-negative number');
  demand((event.tokens_in ?? 0) >= 0 && (event.tokens_out ?? 0) >= 0, 'token counts must be non-negative');
  return event;
}

function record({ metrics, audit }: GuardrailEventDeps, call: Call, event: GuardrailEvent): Reply {
  const { action, severity, direction, reason, findings, model } = event;
  const said = [reason, (findings ?? []).join(', ')].filter((text) => text !== '').join('; ');
  try {
    audit({
      action: 'guardrail-event',
      target: event.evaluation_id,
      actor: 'api',
      details: `${direction} ${action}${model === '' ? '' : ` (${model})`}${said === '' ? '' : `: ${said}`}`,
      severity: severity === 'NONE' ? 'INFO' : (severity as Severity),
      outcome: action,
      request_id: call.requestId,
    });
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    return refused(503, 'observability runtime unavailable', thrown.code);
  }
  metrics.guardrailEvaluation(action);
  return json(200, { status: 'ok' });
}
