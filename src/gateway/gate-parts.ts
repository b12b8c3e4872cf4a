import { setTimeout as pause } from 'node:timers/promises';
import { gateEvent } from '../audit/gate-event.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { Config } from '../config/config.js';
import { childEnvironment } from '../config/environment.js';
import type { Engine, Outcome, Rehearsal } from '../engine/engine.js';
import type { Gate, SourceGate } from '../engine/candidate.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import type { GateReport, GateWord } from '../gates/gate-report.js';
import { checkSchemas } from '../gates/check-schemas.js';
import { createImpactGate } from '../gates/impact-gate.js';
import { createSchemaGate } from '../gates/schema-gate.js';
import { createSuiteGate } from '../gates/suite-gate.js';
import { createTestGate } from '../gates/test-gate.js';
import type { ImpactResult } from '../history/entry.js';
import type { History } from '../history/history.js';
import { parseAllowance } from '../impact/budget.js';
import type { Allowance } from '../impact/budget.js';
import { keepReplays } from '../impact/replay-apart.js';
import type { Impact } from '../impact/report.js';
import { askSuitesApart } from '../judge/suite/ask-apart.js';
import type { Log } from '../log.js';
import type { SourceSet } from '../policy/source-set.js';
import { logGate } from '../telemetry/gate-log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { TestRunner } from '../testing/create-test-runner.js';
import { GatewayError } from '../errors.js';
import { measureImpact } from './measure-impact.js';
import { appendEvent } from './append-event.js';
import { createBackgroundTests, warmTestRunner } from './background-tests.js';

export interface GateOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'observeGate' | 'auditWriteFailure'>;
  readonly audit: Pick<AuditStore, 'append'>;
  readonly history: Pick<History, 'noteTests' | 'noteImpact'>;
}

/** The gates that a running gateway asks beside those that every reload passes. */
export interface GateParts {
  /** `compiler` is the engine's own: a candidate that waits for its tests waits for no second process. */
  readonly gatesOn: (compiler: RegoCompiler) => readonly SourceGate[];
  /** Asked of a candidate after all gates that are cheaper. */
  readonly impactGate: Gate;
  /** From now on the ends of reloads are listened to. */
  follow(engine: Pick<Engine, 'on' | 'current'>): void;
  /** What is put off until after a swap waits for this too: what comes of the start is tested once decisions are answered. */
  start(): void;
  /** What the gates of sources and of impact would say, cheapest first. Throws `compiler_*`. */
  rehearse(
    rehearsal: Pick<Rehearsal, 'serving' | 'candidate'> & { readonly source: SourceSet },
    options: ReloadOptions,
  ): Promise<readonly GateWord[]>;
  /** Settles when everything that the last swap had replayed is told, or after `gates.timeout`: on a busy machine a replay has to wait. */
  settled(): Promise<void>;
  /** For /status and the answer of a reload. */
  status(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

export function createGateParts({ config, log, metrics, audit, history }: GateOptions): GateParts {
  const { tests: mode, schema, coverage, timeout: timeoutMs } = config.gates;
  const patient = createBackgroundTests(config);
  let urgent: Promise<TestRunner> | undefined;
  const gate = createTestGate({
    settings: { mode, coverage, timeoutMs },
    urgent: {
      run: async (source, options) => {
        if (urgent === undefined) throw new Error('the test gate was asked before it had a compiler');
        return (await urgent).run(source, options);
      },
    },
    patient,
    log,
    onReport: (report) => {
      tell(report);
      note(report);
    },
  });
  const schemas = createSchemaGate({ mode: schema, check: (source) => checkSchemas(source, timeoutMs), onReport: tell });

  const { suites: suiteMode, suites_budget: suiteBudget } = config.gates;
  const suites = createSuiteGate({
    mode: suiteMode,
    budget: { maxBenignBlock: suiteBudget.max_benign_block, minAttack: suiteBudget.min_attack },
    timeoutMs,
    ask: (run) => askSuitesApart({ ...run, evaluation: config.evaluation }),
    log,
    onReport: tell,
  });

  let engine: Pick<Engine, 'current'> | undefined;
  let noted: Promise<void> = Promise.resolve();
  const replays = keepReplays({ compilerPath: config.compiler.path, env: childEnvironment() });
  const { impact: impactMode, impact_sample: limit, impact_budget: budget } = config.gates;
  const impact = createImpactGate({
    mode: config.decisions.enabled ? impactMode : 'off',
    budget: {
      deny_to_allow: allowance(budget.max_deny_to_allow),
      allow_to_deny: allowance(budget.max_allow_to_deny),
      errors: allowance(budget.max_errors),
      slowdown: budget.max_slowdown,
    },
    serving: () => engine?.current,
    timeoutMs,
    measure: (before, { source, policy, data }, signal) =>
      measureImpact({
        ...{ before, after: { id: source.id, policy, data }, limit },
        from: { folder: config.paths.decisionsDir },
        ...{ maxMemoryMb: config.evaluation.max_memory_mb, replay: replays.replay, signal },
      }),
    log,
    onReport: (report) => {
      tell(report);
      if (report.impact !== undefined) noted = history.noteImpact(report.revision, impactResult(report.impact, report.state));
    },
  });

  /** Ends of reloads before {@link GateParts.start}. */
  let early: Outcome[] | undefined = [];

  const checkTests: SourceGate = (source, options) => gate.check({ source }, options);
  const checkSuites: SourceGate = (source, options, made) => suites.check({ source, made }, options);

  function settle(outcome: Outcome): void {
    gate.settle(outcome);
    suites.settle(outcome);
  }

  function tell(report: GateReport): void {
    metrics.observeGate(report);
    logGate(log, report);
    write(report);
  }

  function note({ state, counts, late, revision }: GateReport): void {
    const failed = counts.failed + counts.errored;
    if (late === true) void history.noteTests(revision, { state: 'timeout', passed: 0, failed: 0 });
    else if (counts.passed + failed > 0) void history.noteTests(revision, { state, passed: counts.passed, failed });
  }

  function write(report: GateReport): void {
    const event = gateEvent(report, config.policy_dir ?? '');
    if (event !== undefined) appendEvent({ audit, metrics, log }, event, 'a gate');
  }

  return {
    gatesOn: (compiler) => {
      if (mode === 'enforce') urgent = warmTestRunner(compiler, config.evaluation);
      return [
        ...(schema === 'off' ? [] : [schemas.check]),
        ...(suiteMode === 'off' ? [] : [checkSuites]),
        ...(mode === 'off' ? [] : [checkTests]),
      ];
    },
    follow: (followed) => {
      engine = followed;
      followed.on('reloaded', (outcome) => impact.settle(outcome));
      for (const status of ['reloaded', 'unchanged', 'rejected'] as const) {
        followed.on(status, (outcome) => {
          if (early === undefined) settle(outcome);
          else early.push(outcome);
        });
      }
    },
    start() {
      for (const outcome of early?.splice(0) ?? []) settle(outcome);
      early = undefined;
    },
    impactGate: impact.check,
    settled: () => Promise.race([impact.settled().then(() => noted), pause(timeoutMs, undefined, { ref: false })]),
    async rehearse({ source, serving, candidate }, options) {
      const made = candidate ?? serving;
      const words = [
        await schemas.rehearse(source, options),
        candidate === undefined ? undefined : await impact.rehearse(serving, candidate, options),
        ...(made === undefined ? [] : [await suites.rehearse({ source, made }, options)]),
        await gate.rehearse({ source }, options),
      ];
      return words.filter((word) => word !== undefined);
    },
    status: () => ({
      tests: { mode, ...(gate.report === undefined ? {} : reported(gate.report)) },
      schema: { mode: schema, ...(schemas.report === undefined ? {} : reported(schemas.report)) },
      suites: { mode: suiteMode, ...(suites.report === undefined ? {} : reported(suites.report)) },
      impact: { mode: config.gates.impact, ...(impact.report === undefined ? underWay(impact.running) : reported(impact.report)) },
    }),
    close: async () => {
      await Promise.all([gate.close(), suites.close()]);
      const settled = impact.close();
      await replays.close();
      await settled;
      await Promise.allSettled([patient.close(), urgent?.then((runner) => runner.close())]);
    },
  };
}

/** A report as answers carry it. */
export function reported(report: GateReport): Record<string, unknown> {
  const { gate, state, revision, counts, coverage, ran, failing, findings, durationMs, cached, at, by, impact, suites } = report;
  return {
    ...(gate === 'tests' ? counts : {}),
    ...{ state, revision, failing, findings, duration_ms: durationMs, cached, at },
    ...(coverage === undefined ? {} : { coverage }),
    ...(ran === undefined ? {} : { ran }),
    ...(by === undefined ? {} : { by }),
    ...(impact === undefined ? {} : { replay: impact }),
    ...(suites === undefined ? {} : { score: suites }),
  };
}

/** The revision is one that waits for its word. */
function underWay(revision: string | undefined): Record<string, unknown> {
  return revision === undefined ? {} : { state: 'running', revision };
}

function allowance(setting: number | string): Allowance {
  const parsed = parseAllowance(String(setting));
  if (parsed === undefined) throw new GatewayError('config_invalid', `gates.impact_budget: Expected a count or a share, got ${setting}`);
  return parsed;
}

/** What the history keeps of it. */
function impactResult(impact: Impact, state: string): ImpactResult {
  const { replayed, deny_to_allow, allow_to_deny, other, errors } = impact;
  return { state, replayed, deny_to_allow, allow_to_deny, other, errors };
}
