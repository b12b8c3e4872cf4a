import { LRUCache } from 'lru-cache';
import type { SourceGate } from '../engine/candidate.js';
import type { Outcome } from '../engine/engine.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import { asGatewayError, GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { contentKey } from '../policy/source-set.js';
import type { SourceSet } from '../policy/source-set.js';
import type { TestRunner } from '../testing/create-test-runner.js';
import { gateWord, NO_TESTS } from './gate-report.js';
import type { GateMode, GateReport, GateWord, Verdict } from './gate-report.js';
import { judgeRun } from './judge-run.js';

export interface TestGateSettings {
  readonly mode: GateMode;
  /** Least percent of the served rules that tests reach; undefined asks for none. */
  readonly coverage: number | undefined;
  /** Bound of one run of all tests in ms. */
  readonly timeoutMs: number;
}

export interface TestGateDeps {
  readonly settings: TestGateSettings;
  /** Runs tests while the candidate waits for them. */
  readonly urgent: Pick<TestRunner, 'run'>;
  /** Runs tests of what serves already, and gives way to everything else. */
  readonly patient: Pick<TestRunner, 'run'>;
  readonly log: Log;
  /** Told of every report but that of a run under way. */
  readonly onReport: (report: GateReport) => void;
}

/** The folder's own tests as a gate of a reload. */
export interface TestGate {
  readonly check: SourceGate;
  /** What {@link check} would say, or the run after the swap; nothing of it is told or remembered but the verdict. Undefined when the gate is off. */
  rehearse(source: SourceSet, options: ReloadOptions): Promise<GateWord | undefined>;
  /** A reload has ended: what was put off until after the swap runs now. */
  settle(outcome: Outcome): void;
  readonly report: GateReport | undefined;
  /** Waits for a run in the background to be broken off. */
  close(): Promise<void>;
}

/** Verdicts that are kept: of the contents that people go back and forth between. */
const KEPT = 32;

/** Bound of one test in ms, when the bound of all is not lower. */
const ONE_TEST_MS = 5_000;

export function createTestGate(deps: TestGateDeps): TestGate {
  return new Gate(deps);
}

interface Judged {
  readonly verdict: Verdict;
  /** Known from before. */
  readonly cached: boolean;
}

class Gate implements TestGate {
  readonly #deps: TestGateDeps;
  readonly #kept = new LRUCache<string, Verdict>({ max: KEPT });
  #report: GateReport | undefined;
  /** What serves, or is about to, and was not tested yet. */
  #pending: SourceSet | undefined;
  /** Content that an operator let pass. */
  #forced: string | undefined;
  #stop: AbortController | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(deps: TestGateDeps) {
    this.#deps = deps;
  }

  get report(): GateReport | undefined {
    return this.#report;
  }

  readonly check: SourceGate = async (source, options) => {
    const { mode } = this.#deps.settings;
    if (mode === 'enforce') await this.#enforce(source, options);
    else if (mode === 'warn') this.#pending = source;
  };

  settle(outcome: Outcome): void {
    const source = this.#pending;
    this.#pending = undefined;
    if (source === undefined || outcome.revision !== source.id) return;
    // What an older run would say is of no interest any more.
    this.#stop?.abort(new GatewayError('evaluator_closed', 'a newer revision is tested'));
    const stop = new AbortController();
    this.#stop = stop;
    this.#report = { ...UNTESTED, gate: 'tests', state: 'running', mode: 'warn', revision: source.id, cached: false, at: new Date() };
    this.#work = this.#work.then(() => this.#inBackground(source, stop.signal));
  }

  async close(): Promise<void> {
    this.#stop?.abort(new GatewayError('evaluator_closed', 'the gateway is shutting down'));
    await this.#work;
  }

  async rehearse(source: SourceSet, options: ReloadOptions): Promise<GateWord | undefined> {
    const { mode } = this.#deps.settings;
    if (mode === 'off') return undefined;
    return mode === 'enforce'
      ? this.#judge(source, options)
      : this.#wordOf(source, mode, await this.#verdictOf(source, this.#deps.patient, NEVER));
  }

  async #enforce(source: SourceSet, options: ReloadOptions): Promise<void> {
    const { report, refusal } = await this.#judge(source, options);
    this.#forced = report.state === 'forced' ? contentKey(source) : undefined;
    this.#tell(report);
    if (refusal !== undefined) throw refusal;
  }

  async #judge(source: SourceSet, options: ReloadOptions): Promise<GateWord> {
    return this.#wordOf(source, 'enforce', await this.#verdictOf(source, this.#deps.urgent, undefined), options);
  }

  #wordOf(source: SourceSet, mode: GateMode, { verdict, cached }: Judged, { force = false, by }: ReloadOptions = {}): GateWord {
    const excused = force || this.#forced === contentKey(source);
    return gateWord({ ...verdict, gate: 'tests', mode, revision: source.id, cached }, { excused, by }, () => refused(verdict));
  }

  async #inBackground(source: SourceSet, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    const base = { gate: 'tests', mode: 'warn', revision: source.id } as const;
    try {
      this.#tell(this.#wordOf(source, 'warn', await this.#verdictOf(source, this.#deps.patient, stop)).report);
    } catch (thrown) {
      if (thrown === stop.reason) return;
      const { code, message } = asGatewayError(thrown);
      this.#deps.log.warn({ err: thrown, code }, `the tests of the policy folder could not be run: ${message}`);
      const findings: Diagnostic[] = [{ severity: 'error', code, message }];
      this.#tell({ ...UNTESTED, ...base, findings, state: 'stopped', cached: false, at: new Date() });
    }
  }

  #tell(report: GateReport): void {
    this.#report = report;
    this.#deps.onReport(report);
  }

  /** Equal contents have an equal verdict; one that time cut short may be another the next time, and is not kept. */
  async #verdictOf(source: SourceSet, runner: Pick<TestRunner, 'run'>, stop: AbortSignal | undefined): Promise<Judged> {
    const key = contentKey(source);
    const known = this.#kept.get(key);
    if (known !== undefined) return { verdict: { ...known, ran: 0 }, cached: true };
    if (!holdsTests(source)) return { verdict: { ...UNTESTED, ...this.#uncovered() }, cached: false };
    const { timeoutMs, coverage } = this.#deps.settings;
    const late = AbortSignal.timeout(timeoutMs);
    const start = performance.now();
    try {
      const run = await runner.run(source, {
        coverage: coverage !== undefined,
        // What reaches nothing that changed ends as it did; what it covers only a run of all tells.
        remember: coverage === undefined,
        timeoutMs: Math.min(ONE_TEST_MS, timeoutMs),
        ...(stop === undefined ? {} : { parallel: 1 }),
        signal: stop === undefined ? late : AbortSignal.any([late, stop]),
      });
      const verdict = judgeRun(run, coverage);
      this.#kept.set(key, verdict);
      return { verdict, cached: false };
    } catch (thrown) {
      if (!late.aborted || stop?.aborted === true) throw thrown;
      const message = `the tests did not end within ${timeoutMs} ms (gates.timeout)`;
      const durationMs = Math.round(performance.now() - start);
      return {
        verdict: { ...UNTESTED, findings: [{ severity: 'error', code: 'policy_tests_failed', message }], late: true, durationMs },
        cached: false,
      };
    }
  }

  /** No test reaches no rule. */
  #uncovered(): Partial<Verdict> {
    const { coverage } = this.#deps.settings;
    if (coverage === undefined || coverage === 0) return {};
    const message = `the folder holds no tests, gates.coverage asks for ${coverage} % of the served rules`;
    return { coverage: 0, uncovered: true, findings: [{ severity: 'error', code: 'policy_tests_failed', message }] };
  }
}

const NEVER = new AbortController().signal;

const UNTESTED: Verdict = { counts: NO_TESTS, failing: [], findings: [], durationMs: 0 };

/** A test may stand in a served module too. */
function holdsTests({ modules, tests }: SourceSet): boolean {
  return tests.length > 0 || modules.some(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('test_'));
}

function refused({ findings, counts, failing }: Verdict): GatewayError {
  const [first] = findings;
  const all = counts.passed + counts.failed + counts.errored;
  const where = first?.file === undefined ? '' : `${first.file}:${first.row ?? 1}: `;
  const how = failing.length === 0 ? '' : `${failing.length} of ${all} tests did not pass: `;
  return new GatewayError('policy_tests_failed', `${how}${where}${first?.message ?? 'the tests failed'}`, {
    details: { diagnostics: findings },
  });
}
