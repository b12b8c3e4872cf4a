import { GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import { contentKey } from '../policy/source-set.js';
import type { SourceSet } from '../policy/source-set.js';
import type { TestRunner } from '../testing/create-test-runner.js';
import { ranOutOfTime } from '../testing/out-of-time.js';
import { createDeferredGate, NOTHING_RUN } from './deferred-gate.js';
import type { DeferredGate, GateSubject, Judged } from './deferred-gate.js';
import type { GateMode, GateReport, Verdict } from './gate-report.js';
import { judgeRun } from './judge-run.js';
import { KeptVerdicts } from './kept-verdicts.js';

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
export type TestGate = DeferredGate<GateSubject>;

/** Bound of one test in ms, when the bound of all is not lower. */
const ONE_TEST_MS = 5_000;

export function createTestGate({ settings, urgent, patient, log, onReport }: TestGateDeps): TestGate {
  const kept = new KeptVerdicts();
  return createDeferredGate<GateSubject>({
    ...{ gate: 'tests', mode: settings.mode, what: 'the tests of the policy folder', log, onReport, refused },
    asks: () => true,
    judge: ({ source }, stop) => judge(source, { settings, kept, runner: stop === undefined ? urgent : patient, stop }),
  });
}

interface Run {
  readonly settings: TestGateSettings;
  readonly kept: KeptVerdicts;
  readonly runner: Pick<TestRunner, 'run'>;
  readonly stop: AbortSignal | undefined;
}

async function judge(source: SourceSet, { settings: { timeoutMs, coverage }, kept, runner, stop }: Run): Promise<Judged> {
  if (!holdsTests(source)) return { verdict: { ...NOTHING_RUN, ...uncovered(coverage) }, cached: false };
  const late = (durationMs: number): Verdict => {
    const message = `the tests did not end within ${timeoutMs} ms (gates.timeout)`;
    return { ...NOTHING_RUN, findings: [{ severity: 'error', code: 'policy_tests_failed', message }], late: true, durationMs };
  };
  return kept.judge(contentKey(source), { boundMs: timeoutMs, stop, late }, async (signal) => {
    const run = await runner.run(source, {
      coverage: coverage !== undefined,
      // What reaches nothing that changed ends as it did; what it covers only a run of all tells.
      remember: coverage === undefined,
      timeoutMs: Math.min(ONE_TEST_MS, timeoutMs),
      ...(stop === undefined ? {} : { parallel: 1 }),
      signal,
    });
    return { verdict: judgeRun(run, coverage), cutShort: run.results.some(ranOutOfTime) };
  });
}

/** No test reaches no rule. */
function uncovered(coverage: number | undefined): Partial<Verdict> {
  if (coverage === undefined || coverage === 0) return {};
  const message = `the folder holds no tests, gates.coverage asks for ${coverage} % of the served rules`;
  return { coverage: 0, uncovered: true, findings: [{ severity: 'error', code: 'policy_tests_failed', message }] };
}

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
