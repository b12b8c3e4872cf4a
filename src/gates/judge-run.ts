import type { RuleCoverage, TestOutcome } from '../compiler/protocol.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { valueLine } from '../testing/failure-values.js';
import { caseName, testName } from '../testing/test-name.js';
import { disagreementLine } from '../testing/test-run.js';
import type { TestRun } from '../testing/test-run.js';
import type { TestCounts, Verdict } from './gate-report.js';

/** Findings that a verdict keeps: an answer, a log and a status carry them. */
const MAX_FINDINGS = 100;

/** What a run of tests means for a gate. `minimum` is in percent of the served rules. */
export function judgeRun(run: TestRun, minimum: number | undefined): Verdict {
  const failed = run.results.filter(({ status }) => status === 'fail' || status === 'error');
  const rules = minimum === undefined ? undefined : run.coverage?.rules;
  const percent = rules === undefined ? undefined : coveredPercent(rules);
  const broken = run.diagnostics.filter(({ severity }) => severity === 'error');
  const findings = [
    ...broken,
    ...failed.flatMap(failures),
    ...run.disagreements.map((found): Diagnostic => ({ ...FAILED, message: disagreementLine(found), file: found.file, row: found.row })),
    ...(rules === undefined || minimum === undefined || rules.percent >= minimum || broken.length > 0 ? [] : [tooLittle(rules, minimum)]),
  ];
  const names = [...failed.map(testName), ...run.disagreements.map(({ rule }) => rule)];
  return {
    counts: countsOf(run),
    ...(percent === undefined ? {} : { coverage: percent }),
    failing: [...new Set(names)].slice(0, MAX_FINDINGS),
    findings: findings.slice(0, MAX_FINDINGS),
    durationMs: Math.round(run.durationNs / 1e3) / 1e3,
  };
}

const FAILED = { severity: 'error', code: 'policy_tests_failed' } as const;

function countsOf({ results, disagreements }: TestRun): TestCounts {
  const count = (wanted: TestOutcome['status']): number => results.filter(({ status }) => status === wanted).length;
  return {
    passed: count('pass'),
    failed: count('fail'),
    errored: count('error'),
    skipped: count('skip'),
    disagreements: disagreements.length,
  };
}

/** One finding a test, or one for each case that failed. */
function failures(test: TestOutcome): Diagnostic[] {
  const cases = (test.cases ?? []).filter(({ status }) => status !== 'pass');
  if (cases.length === 0) return [finding(testName(test), test, test.failedAt)];
  return cases.map((one) => finding(caseName(test, one.name), test, one.failedAt ?? test.failedAt));
}

function finding(name: string, { error, location }: TestOutcome, failedAt: TestOutcome['failedAt']): Diagnostic {
  const place = failedAt ?? error?.location ?? location;
  const line = failedAt?.line;
  const values = (failedAt?.values ?? []).map(valueLine).join(', ');
  const untrue = line === undefined ? 'is not true' : `not true: ${line.trim()}${values === '' ? '' : ` (${values})`}`;
  const why = error === undefined ? untrue : `${error.code}: ${error.message}`;
  return {
    ...FAILED,
    message: `${name}: ${why}`,
    file: place.file,
    row: place.row,
    col: place.col,
    ...(line === undefined ? {} : { line }),
  };
}

/** Rules that a finding names: a list to begin with. */
const MAX_NAMED = 5;

function tooLittle({ percent, covered, notCovered }: RuleCoverage, minimum: number): Diagnostic {
  const [first] = notCovered;
  const named = notCovered.slice(0, MAX_NAMED).map(({ name, file, row }) => `${name} (${file}:${row})`);
  const more = notCovered.length > MAX_NAMED ? `, and ${notCovered.length - MAX_NAMED} more` : '';
  const reached = `the tests reach ${coveredPercent({ percent })} % of the served rules (${covered}), gates.coverage asks for ${minimum} %`;
  return {
    ...FAILED,
    message: `${reached}; not reached: ${named.join(', ')}${more}`,
    ...(first === undefined ? {} : { file: first.file, row: first.row, col: first.col }),
  };
}

/** Rounded down to a tenth: a limit is not met by rounding. */
function coveredPercent({ percent }: Pick<RuleCoverage, 'percent'>): number {
  return Math.floor(percent * 10) / 10;
}
