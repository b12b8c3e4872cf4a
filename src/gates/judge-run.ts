import type { RuleCoverage } from '../compiler/protocol.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { labelled } from '../testing/failure-values.js';
import { tally, testCases } from '../testing/test-cases.js';
import type { TestCase } from '../testing/test-cases.js';
import { disagreementLine } from '../testing/test-run.js';
import type { TestRun } from '../testing/test-run.js';
import type { TestCounts, Verdict } from './gate-report.js';

/** Findings that a verdict keeps: an answer, a log and a status carry them. */
const MAX_FINDINGS = 100;

/** What a run of tests means for a gate. `minimum` is in percent of the served rules. */
export function judgeRun(run: TestRun, minimum: number | undefined): Verdict {
  const cases = testCases(run.results);
  const failed = cases.filter(({ status }) => status === 'fail' || status === 'error');
  const rules = minimum === undefined ? undefined : run.coverage?.rules;
  const percent = rules === undefined ? undefined : coveredPercent(rules);
  const broken = run.diagnostics.filter(({ severity }) => severity === 'error');
  const lacking =
    rules === undefined || minimum === undefined || rules.percent >= minimum || broken.length > 0 ? [] : [tooLittle(rules, minimum)];
  const findings = [
    ...broken,
    ...failed.map(finding),
    ...run.disagreements.map((found): Diagnostic => ({ ...FAILED, message: disagreementLine(found), file: found.file, row: found.row })),
    ...lacking,
  ];
  const names = [...failed.map(({ fullName }) => fullName), ...run.disagreements.map(({ rule }) => rule)];
  return {
    counts: countsOf(cases, run),
    ...(percent === undefined ? {} : { coverage: percent }),
    ...(lacking.length > 0 && lacking.length === findings.length ? { uncovered: true } : {}),
    failing: [...new Set(names)].slice(0, MAX_FINDINGS),
    findings: findings.slice(0, MAX_FINDINGS),
    ...(run.ran === undefined ? {} : { ran: run.ran }),
    durationMs: Math.round(run.durationNs / 1e3) / 1e3,
  };
}

const FAILED = { severity: 'error', code: 'policy_tests_failed' } as const;

function countsOf(cases: readonly TestCase[], { disagreements }: TestRun): TestCounts {
  const { pass, fail, error, skip } = tally(cases);
  return { passed: pass, failed: fail, errored: error, skipped: skip, disagreements: disagreements.length };
}

function finding({ fullName, error, location, failedAt }: TestCase): Diagnostic {
  const place = failedAt ?? error?.location ?? location;
  const line = failedAt?.line;
  const values = (failedAt?.values ?? []).map(labelled).join(', ');
  const untrue = line === undefined ? 'is not true' : `not true: ${line.trim()}${values === '' ? '' : ` (${values})`}`;
  const why = error === undefined ? untrue : `${error.code}: ${error.message}`;
  return {
    ...FAILED,
    message: `${fullName}: ${why}`,
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
