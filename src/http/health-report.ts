import { lostDomains } from '../domains/required-domains.js';
import type { Engine, Outcome } from '../engine/engine.js';
import { shortId } from '../policy/source-set.js';
import { WATCHDOG } from '../history/watchdog/watchdog.js';
import type { Attachment } from './attachment.js';
import type { HttpDeps } from './deps.js';

type State = 'starting' | 'running' | 'reconnecting' | 'stopped' | 'error' | 'disabled';

interface Subsystem {
  readonly state: State;
  readonly since: Date;
  readonly last_error?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded';
  /** Why it is degraded, all reasons joined. */
  readonly reason?: string;
  readonly [subsystem: string]: unknown;
}

export interface Provenance {
  readonly schema_version: 7;
  /** Full id of the revision that serves; empty while none does. */
  readonly content_hash: string;
  /** How many revisions have served since start. */
  readonly generation: number;
  readonly binary_version: string;
}

/** Which revision of what speaks. */
export function provenanceOf(deps: Pick<HttpDeps, 'version'>, attachment: Attachment): Provenance {
  return {
    schema_version: 7,
    content_hash: attachment.engine?.current?.id ?? '',
    generation: attachment.generation,
    binary_version: deps.version,
  };
}

/** Makes reports of how the gateway is. They are open to everybody, so they carry codes, never policy text or paths. */
export function createHealthReporter(deps: HttpDeps, attachment: Attachment): () => HealthReport {
  const now = deps.now ?? (() => new Date());
  const startedAt = now();
  return () => {
    const policy = policySubsystem(attachment.engine, startedAt, deps.retrying?.());
    const watcher = watcherSubsystem(deps, startedAt);
    const audit = auditSubsystem(deps, startedAt);
    const history = historySubsystem(deps, startedAt);
    const decisions = decisionsSubsystem(deps, startedAt);
    const reasons = [policy, watcher, audit, history, decisions].flatMap(({ last_error: problem }) =>
      problem === undefined ? [] : [problem],
    );
    if (attachment.leaving) reasons.push('the gateway is shutting down');
    const { mode, scanner_mode } = deps.guardrail();
    return {
      status: reasons.length === 0 ? 'ok' : 'degraded',
      ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
      started_at: startedAt,
      uptime_ms: now().getTime() - startedAt.getTime(),
      gateway: { state: 'running', since: startedAt },
      api: { state: 'running', since: startedAt },
      config: { state: 'running', since: startedAt },
      guardrail: { state: 'running', since: startedAt, details: { mode, scanner_mode } },
      telemetry: { state: 'running', since: startedAt },
      policy,
      watcher,
      audit,
      history,
      decisions,
      provenance: provenanceOf(deps, attachment),
    };
  };
}

function policySubsystem(engine: Engine | undefined, startedAt: Date, retrying: string | undefined): Subsystem {
  const revision = engine?.current;
  const last = engine?.lastOutcome;
  const failed = last?.status === 'rejected' ? last : undefined;
  const cause = failed === undefined ? undefined : causeOf(failed);
  const pin = engine?.pin;
  if (revision === undefined) {
    const why = cause === undefined ? '' : ` (${cause})${retrying === undefined ? '' : `, ${retrying}`}`;
    return {
      state: failed === undefined ? 'starting' : 'error',
      since: failed?.at ?? startedAt,
      last_error: `no policy revision is loaded${why}`,
    };
  }
  const details = { revision: shortId(revision.id), ...(pin === undefined ? {} : { pinned: shortId(pin.revision) }) };
  const problems = [
    ...(cause === undefined
      ? []
      : [failed?.recovered === true ? `serving the last good revision (${cause})` : `the last reload was rejected (${cause})`]),
    ...(pin?.by === WATCHDOG ? [`the watchdog went back to ${shortId(pin.revision)}`] : []),
    ...(pin === undefined || last?.status !== 'held' ? [] : [`pinned to ${shortId(pin.revision)}; the folder differs`]),
    ...lostDomains(revision.warnings).map((name) => `the domain ${name} is answered no more`),
  ];
  return { state: 'running', since: revision.loadedAt, details, ...(problems.length > 0 ? { last_error: problems.join('; ') } : {}) };
}

/** The code of a failure, with the domains that it is about. */
function causeOf({ error, diagnostics }: Outcome): string {
  const code = error?.code ?? 'policy_rejected';
  const domains = lostDomains(diagnostics);
  return domains.length === 0 ? code : `${code}: ${domains.join(', ')}`;
}

function watcherSubsystem(deps: HttpDeps, startedAt: Date): Subsystem {
  const watcher = deps.watcher();
  if (watcher === undefined || watcher.mode === 'off') return { state: 'disabled', since: watcher?.since ?? startedAt };
  const details = { events: watcher.events, missed: watcher.missed };
  if (watcher.mode === 'watching') return { state: 'running', since: watcher.since, details };
  return {
    state: 'reconnecting',
    since: watcher.since,
    details,
    last_error: `the watcher is degraded: ${watcher.reason ?? 'unknown cause'}`,
  };
}

function historySubsystem(deps: HttpDeps, startedAt: Date): Subsystem {
  const history = deps.history?.();
  if (history === undefined) return { state: 'disabled', since: startedAt };
  const { ok, failures } = history;
  const subsystem: Subsystem = { state: ok ? 'running' : 'error', since: startedAt, details: { failures } };
  return ok ? subsystem : { ...subsystem, last_error: 'the policy history does not work' };
}

function decisionsSubsystem(deps: HttpDeps, startedAt: Date): Subsystem {
  const log = deps.decisionLog?.();
  if (log === undefined) return { state: 'disabled', since: startedAt };
  const { ok, lost, sinks } = log;
  const failing = Object.keys(sinks).filter((name) => sinks[name]?.ok === false);
  const figures = Object.entries(sinks).map(([name, { ok: arrives, sent, lost: missing }]) => {
    return [name, { state: arrives ? 'running' : 'error', sent, lost: missing }] as const;
  });
  const problems = [
    ...(ok ? [] : ['records of decisions are lost']),
    ...(failing.length === 0 ? [] : [`records of decisions do not arrive: ${failing.join(', ')}`]),
  ];
  const subsystem: Subsystem = {
    state: problems.length === 0 ? 'running' : 'error',
    since: startedAt,
    details: { lost, ...(figures.length === 0 ? {} : { sinks: Object.fromEntries(figures) }) },
  };
  return problems.length === 0 ? subsystem : { ...subsystem, last_error: problems.join('; ') };
}

function auditSubsystem(deps: HttpDeps, startedAt: Date): Subsystem {
  const audit = deps.audit();
  if (audit === undefined) return { state: 'disabled', since: startedAt };
  const { ok, failures, since } = audit;
  const subsystem: Subsystem = { state: ok ? 'running' : 'error', since, details: { failures } };
  return ok ? subsystem : { ...subsystem, last_error: 'the audit store fails' };
}
