import type { DecisionLogState } from '../../decisions/keeper.js';
import type { Engine, Outcome } from '../../engine/engine.js';
import type { Entry } from '../../history/entry.js';
import type { WatchdogState } from '../../history/watchdog/watchdog.js';
import type { Attachment } from '../attachment.js';
import type { HistoryWrites, HttpDeps } from '../deps.js';
import type { Resource } from '../exchange.js';
import { provenanceOf } from '../health-report.js';
import type { HealthReport } from '../health-report.js';
import { json, sorted } from '../replies.js';

/** GET /status: health with the whole story behind it, for holders of the token. */
export function statusResource(deps: HttpDeps, attachment: Attachment, report: () => HealthReport): Resource {
  return {
    path: '/status',
    methods: {
      GET: async () => {
        const body = {
          health: report(),
          provenance: provenanceOf(deps, attachment),
          runtime: { pid: process.pid, data_dir: deps.config.dataDir },
          config: {
            bind: deps.config.bind,
            port: deps.config.port,
            config_file: deps.config.configFile ?? null,
            policy_dir: deps.policyDir ?? null,
            not_used: deps.config.notUsed ?? [],
            needs_restart: deps.config.pending?.().needsRestart ?? [],
            problem: deps.config.pending?.().problem ?? null,
          },
          policy: await policyBlock(deps, attachment.engine),
          ...(deps.bundles === undefined ? {} : { bundles: deps.bundles(attachment.engine?.current?.id) }),
          watcher: deps.watcher() ?? { mode: 'off' },
          audit: auditBlock(deps),
          ...(deps.history === undefined ? {} : { history: historyBlock(deps.history()) }),
          ...(deps.decisionLog === undefined ? {} : { decisions: decisionsBlock(deps.decisionLog()) }),
          ...(deps.watchdog === undefined ? {} : { watchdog: watchdogBlock(deps.watchdog()) }),
          ...(deps.gates === undefined ? {} : { gates: deps.gates() }),
          ...(deps.evaluator === undefined ? {} : { evaluator: deps.evaluator() }),
          ...(deps.serving === undefined ? {} : { serving: deps.serving() }),
          ...(deps.judge === undefined ? {} : { judge: deps.judge() }),
        };
        return json(200, sorted(body));
      },
    },
  };
}

async function policyBlock(deps: HttpDeps, engine: Engine | undefined): Promise<Record<string, unknown>> {
  const revision = engine?.current;
  const last = engine?.lastOutcome;
  return {
    state: revision === undefined ? 'none' : last?.status === 'rejected' ? 'stale' : 'current',
    revision: revision?.id ?? null,
    loaded_at: revision?.loadedAt ?? null,
    trigger: revision?.trigger ?? null,
    source: revision?.source.root ?? deps.policyDir ?? null,
    modules: revision?.source.modules.length ?? 0,
    packages: revision?.policy.packages ?? [],
    warnings: revision?.warnings ?? [],
    pinned: engine?.pin ?? null,
    warm: engine?.warm ?? [],
    recovered: last?.recovered === true,
    last_rejection: await lastRejection(deps),
    last_attempt: last === undefined ? null : attemptBlock(last),
    on_disk_differs: await onDiskDiffers(deps, revision?.id, last),
  };
}

/** The newest attempt of this gateway that was refused and is still kept. Where the history cannot be read, its own block says so. */
async function lastRejection(deps: HttpDeps): Promise<Record<string, unknown> | null> {
  const entries = (await deps.entries?.().catch(() => [])) ?? [];
  const refused = entries.filter(({ status }) => status === 'rejected').reduce<Entry | undefined>(newer, undefined);
  if (refused === undefined) return null;
  const { number, at, error } = refused;
  return { number, at, code: error?.code ?? 'policy_rejected', message: error?.message ?? '' };
}

function newer(a: Entry | undefined, b: Entry): Entry {
  return a !== undefined && a.number > b.number ? a : b;
}

function attemptBlock(outcome: Outcome): Record<string, unknown> {
  return {
    trigger: outcome.trigger,
    outcome: outcome.status,
    at: outcome.at,
    duration_ms: outcome.durationMs,
    stages: outcome.stages,
    candidate: outcome.candidate ?? null,
    changes: outcome.changes ?? null,
    number: outcome.number ?? null,
    error: outcome.error ?? null,
    diagnostics: outcome.diagnostics,
  };
}

/** Reads the folder when it can; a folder that cannot be read differs for sure. Else the last attempt has to tell. */
async function onDiskDiffers(deps: HttpDeps, current: string | undefined, last: Outcome | undefined): Promise<boolean> {
  if (deps.idOnDisk === undefined) return last?.status === 'rejected';
  try {
    return (await deps.idOnDisk()) !== current;
  } catch (thrown) {
    deps.log.debug({ err: thrown }, 'the policy folder could not be read for /status');
    return true;
  }
}

function watchdogBlock(state: WatchdogState | undefined): Record<string, unknown> {
  if (state === undefined) return { state: 'off' };
  return { state: state.watching === undefined ? 'resting' : 'watching', watching: state.watching ?? null, last: state.last ?? null };
}

function historyBlock({ ok, failures, lastError }: HistoryWrites): Record<string, unknown> {
  return { state: ok ? 'running' : 'error', failures, last_error: lastError ?? null };
}

function decisionsBlock(log: DecisionLogState | undefined): Record<string, unknown> {
  if (log === undefined) return { state: 'disabled' };
  const { ok, lastError, sinks, ...figures } = log;
  const elsewhere = Object.entries(sinks).map(([name, { ok: arrives, lastError: reason, waitingBytes, ...counts }]) => [
    name,
    { state: arrives ? 'running' : 'error', last_error: reason ?? null, ...counts, waiting_bytes: waitingBytes },
  ]);
  return {
    ...{ state: ok ? 'running' : 'error', last_error: lastError ?? null, ...figures },
    ...(elsewhere.length === 0 ? {} : { sinks: Object.fromEntries(elsewhere) as Record<string, unknown> }),
  };
}

function auditBlock(deps: HttpDeps): Record<string, unknown> {
  const audit = deps.audit();
  if (audit === undefined) return { state: 'disabled' };
  return {
    state: audit.ok ? 'running' : 'error',
    since: audit.since,
    failures: audit.failures,
    last_error: audit.lastError ?? null,
    checkpoint: audit.checkpoint ?? null,
  };
}
