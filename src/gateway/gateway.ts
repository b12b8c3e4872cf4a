import { setTimeout as pause } from 'node:timers/promises';
import type { AuditStore } from '../audit/audit-store.js';
import { openStateDatabase } from '../audit/database.js';
import { createEnforcementStore } from '../audit/enforcement-store.js';
import { policyReloadEvent } from '../audit/policy-reload.js';
import { followBundles } from '../bundles/follow-bundles.js';
import { createAreClosed } from '../compiler/are-closed.js';
import { compilerStamp } from '../compiler/stamp.js';
import type { Config } from '../config/config.js';
import type { GuardrailSettings } from '../config/guardrail-file.js';
import type { Engine } from '../engine/engine.js';
import { checkAddress, isLoopback } from '../http/address.js';
import type { History } from '../history/history.js';
import type { KeptHead } from '../history/kept-head.js';
import type { PendingConfig } from '../http/deps.js';
import { createHttpApi } from '../http/http-api.js';
import type { Log } from '../log.js';
import { withTraces } from '../telemetry/traces/traced-log.js';
import { createMetrics } from '../telemetry/metrics.js';
import { subscribeTelemetry } from '../telemetry/subscribe.js';
import { createNoopWatcher } from '../watcher/noop-watcher.js';
import { createWatcher } from '../watcher/create-watcher.js';
import type { Watcher } from '../watcher/watcher.js';
import { loadFirstRevision } from './first-revision.js';
import type { FirstRevision } from './first-revision.js';
import { createDecisionParts, recorderSettings, traceSettings } from './decision-parts.js';
import { createGateParts } from './gate-parts.js';
import type { GatewayEvaluator } from './gateway-evaluator.js';
import { createGuardrailParts } from './guardrail-parts.js';
import { historyFigures } from './history-figures.js';
import { httpDeps } from './http-deps.js';
import { announcing, createServingParts } from './serving-parts.js';
import { openAudit } from './open-audit.js';
import { trailPins } from './pin-trail.js';
import { openGatewayHistory, readAhead } from './open-gateway-history.js';
import { createPolicyEngine } from './policy-engine.js';
import { sayWhileWaiting } from './say-while-waiting.js';
import { awaitCompiler } from './await-compiler.js';
import { createWatchdog } from './watchdog-parts.js';
import { openTlsFiles } from './tls-files.js';

export interface GatewayOptions {
  readonly config: Config;
  /** Undefined: every protected route answers 503. */
  readonly token: string | undefined;
  readonly log: Log;
  readonly version?: string;
  /** Closed with the gateway, also with one that does not start. Default: one of its own. */
  readonly evaluator?: GatewayEvaluator | undefined;
  /** What {@link readAhead} found, where that was begun before. */
  readonly ahead?: KeptHead | undefined;
  /** What the configuration file holds by now and the gateway does not run with. */
  readonly pendingConfig?: (() => PendingConfig) | undefined;
}

/** A running gateway. */
export interface Gateway {
  /** `http://host:port` or `https://host:port` as bound, `unix:/path` for a local socket. */
  readonly url: string;
  readonly engine: Engine;
  readonly audit: AuditStore;
  /** The kept revisions. */
  readonly history: History;
  readonly policyDir: string | undefined;
  /** Takes over what can change while it runs. Returns the names of the settings that did. */
  adoptGuardrail(settings: GuardrailSettings): readonly string[];
  /** Settles when every serving process takes connections and changes are listened to. Decisions are answered before. Never rejects. */
  readonly ready: Promise<void>;
  /** False when file changes are not listened to. */
  readonly watching: boolean;
  /** Not ready from now on: goes on to answer, each time for the last time on that connection. */
  leave(): void;
  /** Drains requests, then stops every part. Idempotent. */
  close(): Promise<void>;
}

/**
 * The composition root: config in, running gateway out. Policies that do not compile at boot do not stop it: it listens,
 * answers in closed form, and serves the first revision that passes. Throws `address_*`, `audit_store_failed`, `compiler_*`.
 */
export async function startGateway({
  config,
  token,
  log,
  version = '0.0.0',
  evaluator,
  ahead,
  pendingConfig,
}: GatewayOptions): Promise<Gateway> {
  const { paths } = config;
  const closers: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  const drained = (): Promise<void> => pause(config.http.drain_timeout, undefined, { ref: false });
  closers.push(() => evaluator?.evaluator.close());
  try {
    const database = openStateDatabase(paths.stateFile);
    closers.push(() => database.close());
    const audit = openAudit(database, config, log);
    closers.push(() => audit.seal());
    const tls = openTlsFiles({ config, log });
    closers.push(() => tls?.close());
    const metrics = createMetrics();
    const decisions = createDecisionParts({ config, token, version, log, metrics });
    closers.push(() => decisions?.close());
    const traces = traceSettings({ config, version });
    const traced = await withTraces(decisions, traces, log, metrics.exemplar);
    if (traces !== undefined) metrics.offerOpenMetrics();
    closers.push(() => traced.close());
    const serving = createServingParts({
      ...{ config, token, version, log, traces, tls: tls?.pair, decisions: recorderSettings({ config, version }) },
    });
    closers.push(() => serving?.close());
    if (decisions !== undefined) serving?.observeRecords((...records) => decisions.take(...records));
    const history = openGatewayHistory(config, version, log);
    closers.push(() => history.close());
    const head = ahead ?? readAhead(config, evaluator);
    history.expect(head);
    const gates = createGateParts({ config, log, metrics, audit, history });
    const watchdog = createWatchdog({ config, log, metrics, audit });
    const policy = createPolicyEngine({
      ...{ config, policyDir: paths.policyDir, fromBundles: true, log, serving, history, head, watchdog, decisions, evaluator },
      gatesOn: gates.gatesOn,
      impactGate: gates.impactGate,
    });
    // At once: a reload that still runs must not count as refused by a gate that is going.
    closers.push(() => Promise.race([Promise.all([policy.close(), gates.close()]), drained()]).then(() => undefined));
    metrics.observeEvaluator(() => policy.evaluator.stats());
    metrics.observeHistory(() => historyFigures(policy.engine, history, watchdog));
    if (serving !== undefined) {
      metrics.observeServing(() => serving.stats());
      metrics.includeProcesses(() => serving.metrics());
    }
    const policyDir = config.policy_dir ?? '';
    const telemetry = subscribeTelemetry(policy.engine, {
      log,
      metrics,
      policyDir,
      audit: (outcome) => void audit.append(policyReloadEvent(outcome, { policyDir })),
    });
    trailPins(policy.engine, { log, audit, policyDir });
    gates.follow(policy.engine);
    watchdog?.follow(policy.engine);
    closers.push(awaitCompiler({ engine: policy.engine, stamp: () => compilerStamp({ override: config.compiler.path }), log }));
    const enforcement = announcing(createEnforcementStore({ database }), serving);
    const guardrail = await createGuardrailParts({ config, token, log, metrics, policy, audit, enforcement, serving, decisions });
    closers.push(() => guardrail.close());
    const api = createHttpApi(
      httpDeps({
        ...{
          config,
          token,
          version,
          log,
          metrics,
          policy,
          audit,
          enforcement,
          guardrail,
          gates,
          serving,
          history,
          watchdog,
          decisions,
          traced,
          tls: tls?.pair,
          pendingConfig,
        },
        ...{ telemetry: () => telemetry.state, watcher: () => watcher.state, retrying: () => first.retrying },
      }),
    );
    closers.push(() => api.close());
    const watcher: Watcher = chooseWatcher();
    metrics.observeWatcher(() => watcher.state);

    // Found out before the compile, which may take a while.
    await checkAddress(config.gateway.api_bind, config.gateway.api_port);
    // The worker threads start while the first compile runs.
    policy.evaluator.warm();
    // So does the compiler where nothing is kept: whatever the folder holds has to be compiled. Who compiles is told when it fails.
    if (head === undefined) policy.compiler.versions().catch(() => undefined);
    const first: FirstRevision = await sayWhileWaiting(loadFirstRevision(policy, log), (seconds) =>
      log.info({ seconds }, `reading and compiling the policies before the first decision: ${seconds} s`),
    );
    // Together, within one drain time: a reload that the watcher began may take as long as the compiler is allowed to, or hang.
    closers.push(() =>
      Promise.all([api.close(), Promise.race([watcher.close(), drained()])]).then(() => log.info({}, 'drained: no request is under way')),
    );
    // It attaches the engine at once, and hears of changes after a while.
    const watching = watcher.start();
    if (policy.bundles !== undefined) closers.push(followBundles({ reader: policy.bundles, engine: policy.engine }));
    const { url, host } = await api.listen(config.gateway.api_bind, config.gateway.api_port);
    const rest = pause(FIRST_MS).then(async () => {
      await api.answered(ANSWER_MS);
      if (closing !== undefined) return undefined;
      gates.start();
      first.checkCompiler();
      serving?.start();
      return serving?.whenReady();
    });
    const ready = Promise.all([
      first.ended.then(() => (policy.engine.current === undefined ? undefined : soon(policy.evaluator.whenFull))),
      watching.catch((err: unknown) => log.error({ err }, 'the policy folder cannot be watched: changes need `policy reload`')),
      rest,
    ]).then(() => undefined);
    if (tls === undefined && host !== undefined && !isLoopback(host)) warnOfPlainHttp(url, log);
    tls?.watch((pair) => {
      serving?.renewTls(pair);
      api.renewTls(pair);
    });

    function chooseWatcher(): Watcher {
      const { engine, reader } = policy;
      if (paths.policyDir === undefined || !config.gateway.watcher.enabled) return createNoopWatcher({ engine, api });
      return createWatcher({ policyDir: paths.policyDir, engine, api, reader, log, areClosed: createAreClosed(policy.compiler) });
    }

    let closing: Promise<void> | undefined;
    return {
      url,
      adoptGuardrail: (settings) => guardrail.adopt(settings),
      engine: policy.engine,
      audit,
      history,
      policyDir: paths.policyDir,
      ready,
      watching: watcher.state.mode !== 'off',
      leave: () => api.leave(),
      close: () => (closing ??= closeAll()),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/**
 * From when it listens, this process has so long for who waited for it, in ms: what takes its processor time from it comes after that. Who asks
 * again and again whether it is there yet connects within it.
 */
const FIRST_MS = 30;

/** One who did gets an answer first, if it takes no longer. */
const ANSWER_MS = 300;

/** Workers take some 100 ms to start, and many times that on a machine that is busy. Nobody waits longer for one that does not. */
const FULL_MS = 30_000;

async function soon(what: Promise<void>): Promise<void> {
  await Promise.race([what, pause(FULL_MS, undefined, { ref: false })]);
}

function warnOfPlainHttp(url: string, log: Log): void {
  log.warn({ url }, 'listening beyond loopback in plain HTTP: whoever is on the way reads the token and every input; see gateway.tls.cert');
}
