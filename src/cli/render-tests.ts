import { tally, testCases } from '../testing/test-cases.js';
import type { TestCase } from '../testing/test-cases.js';
import { valueLines } from '../testing/failure-values.js';
import type { TestRun } from '../testing/test-run.js';
import { labelled, wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { count, place } from './render-diagnostics.js';

const MARKS = {
  pass: { word: 'PASS', style: 'green' },
  fail: { word: 'FAIL', style: 'red' },
  error: { word: 'ERROR', style: 'red' },
  skip: { word: 'SKIP', style: 'yellow' },
} as const;

const INDENT = ' '.repeat(6);
/** What goes on on another line. */
const HANG = 10;

export interface RenderTestsOptions {
  /** Names every case, not only those that did not pass. */
  readonly verbose: boolean;
  /** Shows the variables of what failed. */
  readonly varValues: boolean;
  /** Width of the terminal; undefined for a pipe. */
  readonly columns?: Columns;
}

/** For people: what failed with its place and its values, or every case when `verbose`, then the counts. */
export function renderTests({ results }: Pick<TestRun, 'results'>, paint: Paint, options: RenderTestsOptions): string {
  const cases = testCases(results);
  const shown = options.verbose ? cases : cases.filter(({ status }) => status === 'fail' || status === 'error');
  return [...shown.flatMap((one) => renderCase(one, paint, options)), renderCounts(cases, results.length, paint)].join('\n');
}

function renderCase(
  { fullName, status, durationNs, location, failedAt, error, output, explanation }: TestCase,
  paint: Paint,
  { varValues, columns }: RenderTestsOptions,
): string[] {
  const { word, style } = MARKS[status];
  const duration = durationNs === undefined || status === 'skip' ? '' : paint('dim', ` (${milliseconds(durationNs)})`);
  const head = labelled(
    `${paint(style, word.padEnd(5))} `,
    `${fullName}${duration} ${paint('dim', place(location))}`,
    INDENT.length,
    columns,
  );
  const lines: string[] = [];
  if (failedAt !== undefined) {
    lines.push(`${INDENT}${place(failedAt)}: ${paint('red', 'not true:')} ${failedAt.line?.trim() ?? ''}`);
    lines.push(...valueLines(failedAt.values).map((line) => `${INDENT}  ${line}`));
    if (varValues) lines.push(...(failedAt.locals ?? []).map(({ name, value }) => `${INDENT}  ${paint('cyan', name)} = ${value}`));
  }
  if (error !== undefined) {
    const where = error.location === undefined || error.location.file === '' ? '' : `${place(error.location)}: `;
    lines.push(`${INDENT}${where}${paint('red', error.code)}: ${error.message}`);
  }
  const said = [...lines, ...output.map((line) => `${INDENT}${paint('dim', '|')} ${line}`), ...renderTrace(explanation, paint)];
  return [head, ...said.map((line) => wrapped(line, HANG, columns))];
}

function renderTrace(explanation: TestCase['explanation'], paint: Paint): string[] {
  if (explanation === undefined) return [];
  const cut = explanation.truncated === true ? [paint('yellow', '… the trace goes on; it is cut here')] : [];
  return [...explanation.lines, ...cut].map((line) => `${INDENT}${line}`);
}

function renderCounts(cases: readonly TestCase[], tests: number, paint: Paint): string {
  const counts = tally(cases);
  const failed = counts.fail + counts.error;
  const parts = [
    paint(failed === 0 ? 'green' : 'dim', `${counts.pass} passed`),
    paint(failed === 0 ? 'dim' : 'red', `${failed} failed`),
    ...(counts.skip > 0 ? [paint('yellow', `${counts.skip} skipped`)] : []),
  ];
  const of = tests === cases.length ? '' : paint('dim', ` (${count(cases.length, 'case')} of ${count(tests, 'test')})`);
  return `${parts.join(', ')}${of}`;
}

function milliseconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}
