import { createHash } from 'node:crypto';
import type { Outcome } from '../engine/engine.js';
import type { Trigger } from '../policy/revision.js';
import { shortId } from '../policy/source-set.js';
import type { NewAuditEvent } from './event.js';

/** Which part of the gateway asked for a reload. */
const ACTORS: Readonly<Record<Trigger, string>> = {
  boot: 'boot',
  watch: 'watcher',
  signal: 'signal',
  bundle: 'bundle',
  api: 'api',
  rollback: 'rollback',
};

export interface PolicyReloadContext {
  /** The policy folder as configured. */
  readonly policyDir: string;
}

/** SHA-256 of the diagnostics: two attempts that failed alike have the same. Undefined without diagnostics. */
function diagnosticsDigest(outcome: Outcome): string | undefined {
  if (outcome.diagnostics.length === 0) return undefined;
  return createHash('sha256').update(JSON.stringify(outcome.diagnostics)).digest('hex');
}

function whatServes({ revision, recovered }: Outcome): string {
  if (revision === undefined) return 'no revision serves';
  return `${recovered === true ? 'serving the last good' : 'still serving'} ${shortId(revision)}`;
}

function describe(outcome: Outcome): string {
  const revision = outcome.revision === undefined ? 'none' : shortId(outcome.revision);
  switch (outcome.status) {
    case 'reloaded':
      return `policy reloaded: ${outcome.previousRevision === undefined ? 'none' : shortId(outcome.previousRevision)} -> ${revision}, ${outcome.modules} modules`;
    case 'held':
      return `policy held: pinned to ${revision}; the folder would give ${outcome.candidate === undefined ? 'another' : shortId(outcome.candidate)}`;
    case 'unchanged':
      return `policy unchanged: ${revision}`;
    case 'rejected':
      return `policy rejected (${outcome.error?.code ?? 'unknown'}): ${outcome.error?.message ?? ''}; ${whatServes(outcome)}`;
  }
}

/** Who asked and why, as they say: a name that nobody has checked is no actor. */
function askedBy({ asked: { by, force, accept, acceptImpact, reason } }: Outcome): string {
  const who = by === undefined ? '' : ` by ${by}`;
  const names = [...(accept ?? []), ...(acceptImpact === true ? ['impact'] : [])];
  const accepted = names.length === 0 ? '' : `; accepting ${names.join(', ')}`;
  const why = reason === undefined ? '' : `; reason: ${reason}`;
  return `${force === true ? `; forced${who}` : who === '' ? '' : `; asked${who}`}${accepted}${why}`;
}

/** The one audit event of one reload attempt. */
export function policyReloadEvent(outcome: Outcome, context: PolicyReloadContext): NewAuditEvent {
  const digest = diagnosticsDigest(outcome);
  const to = outcome.status === 'rejected' || outcome.status === 'held' ? outcome.candidate : outcome.revision;
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
