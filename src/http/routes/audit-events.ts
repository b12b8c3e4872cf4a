import type { AuditStore } from '../../audit/audit-store.js';
import { isGatewayAction, SEVERITIES } from '../../audit/event.js';
import type { NewAuditEvent } from '../../audit/event.js';
import { goString, goStruct } from '../../domains/go-decode.js';
import { decodeBody, demand, isStableIdentifier } from '../../domains/request-body.js';
import type { Log } from '../../log.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { parameter } from '../query.js';
import { json, refused } from '../replies.js';
import { guarded } from './enforcement.js';

/** What the audit routes are built from. */
export interface AuditEventDeps {
  readonly store: Pick<AuditStore, 'append' | 'alerts'>;
  readonly log: Log;
}

const DEFAULT_ALERTS = 50;
const MAX_ALERTS = 500;

const request = goStruct({
  ...{ action: goString, target: goString, actor: goString, details: goString, severity: goString, timestamp: goString },
  ...{ request_id: goString, outcome: goString },
});

/** GET /alerts and POST /audit/event. */
export function auditEventResources(deps: AuditEventDeps): Resource[] {
  return [
    { path: '/alerts', methods: { GET: (call) => alerts(deps, call) } },
    { path: '/audit/event', methods: { POST: async (call) => record(deps, call, await call.body()) } },
  ];
}

function alerts({ store, log }: AuditEventDeps, call: Call): Reply {
  const given = parameter(call.query, 'limit')[0] ?? '';
  const limit = given === '' ? DEFAULT_ALERTS : /^\+?[0-9]{1,9}$/.test(given) ? Number(given) : 0;
  if (limit <= 0) return refused(400, 'limit must be a positive integer');
  return guarded({ log }, () => {
    const events = store.alerts(Math.min(limit, MAX_ALERTS));
    return json(200, events.length === 0 ? null : events);
  });
}

function record({ store, log }: AuditEventDeps, call: Call, body: Uint8Array): Reply {
  const given = decodeBody(body, request);
  const action = given.action.trim();
  demand(action !== '', 'action is required');
  // ASCII alone: no letter of another script can pose as an action of the gateway.
  demand(isStableIdentifier(action), 'action must be a stable identifier');
  if (isGatewayAction(action)) return refused(403, `action ${JSON.stringify(action)} is written by the gateway alone`);
  const severity = SEVERITIES.find((known) => known === (given.severity.trim().toUpperCase() || 'INFO'));
  demand(severity !== undefined, `severity must be one of ${SEVERITIES.join(', ')}`);
  const timestamp = given.timestamp.trim();
  demand(timestamp === '' || !Number.isNaN(Date.parse(timestamp)), 'timestamp must be a time in RFC 3339');
  const event: NewAuditEvent = {
    action,
    target: given.target,
    // Who wrote it stays visible, whatever name the caller gives.
    actor: given.actor.trim() === '' ? 'api' : `api:${given.actor.trim()}`,
    details: given.details,
    severity,
    request_id: given.request_id === '' ? call.requestId : given.request_id,
    ...(given.outcome === '' ? {} : { outcome: given.outcome }),
    ...(timestamp === '' ? {} : { timestamp }),
  };
  return guarded({ log }, () => {
    store.append(event);
    return json(200, { status: 'ok' });
  });
}
