import type { AuditStore } from '../audit/audit-store.js';
import { checkpointName } from '../audit/checkpoint.js';
import type { EnforcementStore } from '../audit/enforcement-store.js';
import type { Config } from '../config/config.js';
import { shownSettings } from '../config/shown-settings.js';
import type { History } from '../history/history.js';
import type { Watchdog } from '../history/watchdog/watchdog.js';
import type { HttpDeps, PendingConfig } from '../http/deps.js';
import { dryRunResource } from '../http/routes/dry-run.js';
import { historyResources } from '../http/routes/history.js';
import type { TlsPair } from '../http/tls-pair.js';
import type { Log } from '../log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { TelemetryState } from '../telemetry/subscribe.js';
import type { WatcherState } from '../watcher/watcher.js';
import { dryRun } from './dry-run.js';
import type { DecisionKeeper } from '../decisions/keeper.js';
import { openDecisions } from '../decisions/reader.js';
import { decisionRecordResources } from '../http/routes/decision-records.js';
import { createExplain } from './explain.js';
import { createInterpreter } from './interpret.js';
import { createBundler } from './pack-bundle.js';
import { instanceOf } from './open-gateway-history.js';
import type { GateParts } from './gate-parts.js';
import type { GuardrailParts } from './guardrail-parts.js';
import type { Serving } from '../serving/serving.js';
import type { PolicyEngine } from './policy-engine.js';
import { createPolicyHistory } from './policy-history.js';
import type { TracedLog } from '../telemetry/traces/traced-log.js';
import { httpLimits } from './serving-parts.js';

/** The parts of the gateway that the HTTP room is told about. */
export interface HttpParts {
  readonly config: Config;
  readonly token: string | undefined;
  readonly version: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly policy: PolicyEngine;
  readonly audit: AuditStore;
  readonly enforcement: EnforcementStore;
  readonly guardrail: GuardrailParts;
  readonly history: History;
  readonly gates: GateParts;
  /** Undefined: off. */
  readonly watchdog: Watchdog | undefined;
  /** Undefined: decisions are not recorded. */
  readonly decisions: DecisionKeeper | undefined;
  /** The same with spans. */
  readonly traced: Pick<TracedLog, 'log'>;
  /** Undefined: everything is answered in this process. */
  readonly serving: Serving | undefined;
  readonly tls: TlsPair | undefined;
  readonly telemetry: () => TelemetryState;
  readonly watcher: () => WatcherState | undefined;
  readonly retrying: () => string | undefined;
  /** Undefined: nobody watches the configuration file. */
  readonly pendingConfig: (() => PendingConfig) | undefined;
}

/** What the HTTP room asks for, out of the parts of the gateway. */
export function httpDeps(parts: HttpParts): HttpDeps {
  const { config, token, version, log, metrics, policy, audit, enforcement, guardrail, gates, serving, telemetry, watcher, retrying } =
    parts;
  const { gateway, paths } = config;
  const interpret = createInterpreter(policy.compiler);
  const queries = createPolicyHistory({ history: parts.history, parts: policy, decisionsDir: paths.decisionsDir });
  return {
    policyDir: config.policy_dir === '' ? undefined : config.policy_dir,
    token,
    version,
    log,
    metrics,
    enforcement,
    guardrail: guardrail.settings,
    resources: [
      ...guardrail.resources,
      ...historyResources({ policyDir: config.policy_dir, history: queries, engine: policy.engine }),
      dryRunResource({ policyDir: config.policy_dir, dryRun: (options) => dryRun({ engine: policy.engine, gates, log }, options) }),
      ...(parts.decisions === undefined ? [] : decisionRecordResources(openDecisions(paths.decisionsDir))),
    ],
    decisions: parts.traced.log,
    decisionLog: () => parts.decisions?.state,
    history: () => parts.history.state,
    watchdog: () => parts.watchdog?.state,
    entries: () => parts.history.own(),
    explain: createExplain(interpret),
    interpret,
    bundle: createBundler(policy.compiler),
    instance: instanceOf(config),
    settings: () => shownSettings(config),
    gates: () => gates.status(),
    gatesSettled: () => gates.settled(),
    judge: () => ({ ...(guardrail.judge?.status() ?? { enabled: false }) }),
    bundles: policy.bundles === undefined ? undefined : (serving) => policy.bundles?.states.of(serving) ?? {},
    watcher,
    retrying,
    audit: () => ({
      ...audit.state,
      failures: telemetry().auditFailures,
      ...(audit.checkpoint === undefined ? {} : { checkpoint: checkpointName(audit.checkpoint) }),
    }),
    config: {
      ...{ dataDir: paths.dataDir, bind: gateway.api_bind, port: gateway.api_port, configFile: paths.configFile },
      notUsed: config.notUsed,
      ...(parts.pendingConfig === undefined ? {} : { pending: parts.pendingConfig }),
    },
    strictBuiltinErrors: config.evaluation.strict_builtin_errors,
    evaluator: () => ({ ...policy.evaluator.stats() }),
    limits: httpLimits(config),
    ...(policy.policyDir === undefined ? {} : { idOnDisk: idOnDisk(policy, policy.policyDir) }),
    ...(parts.tls === undefined ? {} : { tls: parts.tls }),
    ...(serving === undefined ? {} : { front: serving, serving: () => ({ ...serving.stats(), pids: serving.pids }) }),
  };
}

function idOnDisk({ reader, engine }: PolicyEngine, policyDir: string): () => Promise<string> {
  return async () => (await reader.read(policyDir, { previous: engine.current?.source })).id;
}
