import { gateEvent } from '../audit/gate-event.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { Config } from '../config/config.js';
import type { Engine, Outcome } from '../engine/engine.js';
import type { SourceGate } from '../engine/candidate.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import type { GateReport, GateWord } from '../gates/gate-report.js';
import { checkSchemas } from '../gates/check-schemas.js';
import { createSchemaGate } from '../gates/schema-gate.js';
import { createTestGate } from '../gates/test-gate.js';
import type { History } from '../history/history.js';
import type { Log } from '../log.js';
import type { SourceSet } from '../policy/source-set.js';
import { logGate } from '../telemetry/gate-log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { TestRunner } from '../testing/create-test-runner.js';
import { appendEvent } from './append-event.js';
import { createBackgroundTests, warmTestRunner } from './background-tests.js';

export interface GateOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'observeGate' | 'auditWriteFailure'>;
  readonly audit: Pick<AuditStore, 'append'>;
  readonly history: Pick<History, 'noteTests'>;
}

/** The gates that a running gateway asks beside those that every reload passes. */
export interface GateParts {
  /** `compiler` is the engine's own: a candidate that waits for its tests waits for no second process. */
  readonly gatesOn: (compiler: RegoCompiler) => readonly SourceGate[];
  /** From now on the ends of reloads are listened to. */
  follow(engine: Pick<Engine, 'on'>): void;
  /** What is put off until after a swap waits for this too: what comes of the start is tested once decisions are answered. */
  start(): void;
  /** What the gates of sources would say, cheapest first. Throws `compiler_*`. */
  rehearse(source: SourceSet, options: ReloadOptions): Promise<readonly GateWord[]>;
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

  /** Ends of reloads before {@link GateParts.start}. */
  let early: Outcome[] | undefined = [];

  function tell(report: GateReport): void {
    metrics.observeGate(report);
    logGate(log, report);
    write(report);
  }

  function note({ state, counts, revision }: GateReport): void {
    const failed = counts.failed + counts.errored;
    if (counts.passed + failed > 0) void history.noteTests(revision, { state, passed: counts.passed, failed });
  }

  function write(report: GateReport): void {
    const event = gateEvent(report, config.policy_dir ?? '');
    if (event !== undefined) appendEvent({ audit, metrics, log }, event, 'a gate');
  }

  return {
    gatesOn: (compiler) => {
      const cheap = schema === 'off' ? [] : [schemas.check];
      if (mode === 'off') return cheap;
      if (mode === 'enforce') {
        urgent = warmTestRunner(compiler, config.evaluation);
      }
      return [...cheap, gate.check];
    },
    follow: (engine) => {
      for (const status of ['reloaded', 'unchanged', 'rejected'] as const) {
        engine.on(status, (outcome) => {
          if (early === undefined) gate.settle(outcome);
          else early.push(outcome);
        });
      }
    },
    start() {
      for (const outcome of early?.splice(0) ?? []) gate.settle(outcome);
      early = undefined;
    },
    async rehearse(source, options) {
      const words = [await schemas.rehearse(source, options), await gate.rehearse(source, options)];
      return words.filter((word) => word !== undefined);
    },
    status: () => ({
      tests: { mode, ...(gate.report === undefined ? {} : reported(gate.report)) },
      schema: { mode: schema, ...(schemas.report === undefined ? {} : reported(schemas.report)) },
    }),
    close: async () => {
      await gate.close();
      await Promise.allSettled([patient.close(), urgent?.then((runner) => runner.close())]);
    },
  };
}

/** A report as answers carry it. */
export function reported(report: GateReport): Record<string, unknown> {
  const { gate, state, revision, counts, coverage, failing, findings, durationMs, cached, at, by } = report;
  return {
    ...(gate === 'tests' ? counts : {}),
    ...{ state, revision, failing, findings, duration_ms: durationMs, cached, at },
    ...(coverage === undefined ? {} : { coverage }),
    ...(by === undefined ? {} : { by }),
  };
}
