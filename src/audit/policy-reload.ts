import { createHash } from 'node:crypto';
import type { Outcome } from '../engine/engine.js';
import type { Trigger } from '../policy/revision.js';
import { shortId } from '../policy/source-set.js';
import type { NewAuditEvent } from './event.js';

/** Which part of the gateway asked for a reload. */
const ACTORS: Readonly<Record<Trigger, string>> = { boot: 'boot', watch: 'watcher', api: 'api' };

export interface PolicyReloadContext {
  /** The policy folder as configured. */
  readonly policyDir: string;
}

/** SHA-256 of the diagnostics: two attempts that failed alike have the same. Undefined without diagnostics. */
function diagnosticsDigest(outcome: Outcome): string | undefined {
  if (outcome.diagnostics.length === 0) return undefined;
  return createHash('sha256').update(JSON.stringify(outcome.diagnostics)).digest('hex');
}

function describe(outcome: Outcome): string {
  const revision = outcome.revision === undefined ? 'none' : shortId(outcome.revision);
  switch (outcome.status) {
    case 'reloaded':
      return `policy reloaded: ${outcome.previousRevision === undefined ? 'none' : shortId(outcome.previousRevision)} -> ${revision}, ${outcome.modules} modules`;
    case 'unchanged':
      return `policy unchanged: ${revision}`;
    case 'rejected':
      return `policy rejected (${outcome.error?.code ?? 'unknown'}): ${outcome.error?.message ?? ''}; ${outcome.revision === undefined ? 'no revision serves' : `still serving ${revision}`}`;
  }
}

/** Who asked, as they call themselves: a name that nobody has checked is no actor. */
function askedBy({ asked: { by, force } }: Outcome): string {
  const who = by === undefined ? '' : ` by ${by}`;
  return force === true ? `; forced${who}` : who === '' ? '' : `; asked${who}`;
}

/** The one audit event of one reload attempt. */
export function policyReloadEvent(outcome: Outcome, context: PolicyReloadContext): NewAuditEvent {
  const digest = diagnosticsDigest(outcome);
  const to = outcome.status === 'rejected' ? outcome.candidate : outcome.revision;
  return {
    timestamp: outcome.at.toISOString(),
    action: 'policy-reload',
    target: context.policyDir,
    actor: ACTORS[outcome.trigger],
    details: `${describe(outcome)}${askedBy(outcome)}`,
    severity: outcome.status === 'rejected' ? 'HIGH' : 'INFO',
    trigger: outcome.trigger,
    outcome: outcome.status,
    duration_ms: outcome.durationMs,
    ...(outcome.previousRevision === undefined ? {} : { from_revision: outcome.previousRevision }),
    ...(to === undefined ? {} : { to_revision: to }),
    ...(digest === undefined ? {} : { diagnostics_digest: digest }),
    ...(outcome.asked.requestId === undefined ? {} : { request_id: outcome.asked.requestId }),
  };
}
