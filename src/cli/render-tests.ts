import type { Coverage, TestOutcome } from '../compiler/protocol.js';
import type { TestRun } from '../testing/test-run.js';
import type { Paint } from './paint.js';
import { count, place } from './render-diagnostics.js';

const MARKS = {
  pass: { word: 'PASS', style: 'green' },
  fail: { word: 'FAIL', style: 'red' },
  error: { word: 'ERROR', style: 'red' },
  skip: { word: 'SKIP', style: 'yellow' },
} as const;

/** Tests by how they ended. */
export function tally(results: readonly TestOutcome[]): Record<TestOutcome['status'], number> {
  const counts = { pass: 0, fail: 0, error: 0, skip: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** For people: what failed with its place, or every test when `verbose`, then the counts. */
export function renderTests({ results, coverage }: TestRun, paint: Paint, verbose: boolean): string {
  const shown = verbose ? results : results.filter(({ status }) => status === 'fail' || status === 'error');
  const lines = shown.flatMap((outcome) => renderOutcome(outcome, paint));
  lines.push(renderCounts(results, paint));
  if (coverage !== undefined) lines.push(...renderCoverage(coverage, paint));
  return lines.join('\n');
}

function renderOutcome(outcome: TestOutcome, paint: Paint): string[] {
  const { word, style } = MARKS[outcome.status];
  const name = `${outcome.package}.${outcome.name}`;
  const duration = paint('dim', `(${milliseconds(outcome.durationNs)})`);
  const lines = [`${paint(style, word.padEnd(5))} ${name} ${duration} ${paint('dim', place(outcome.location))}`];
  if (outcome.failedAt !== undefined) {
    lines.push(`      ${place(outcome.failedAt)}: ${paint('red', 'not true:')} ${outcome.failedAt.line?.trim() ?? ''}`);
  }
  for (const { name: caseName, status } of outcome.cases ?? []) {
    if (status !== 'pass') lines.push(`      ${paint('red', 'case')} ${caseName.join(' / ')}`);
  }
  if (outcome.error !== undefined) lines.push(`      ${paint('red', outcome.error.code)}: ${outcome.error.message}`);
  return [...lines, ...outcome.output.map((line) => `      ${paint('dim', '|')} ${line}`)];
}

function renderCounts(results: readonly TestOutcome[], paint: Paint): string {
  const counts = tally(results);
  const failed = counts.fail + counts.error;
  const parts = [
    paint(failed === 0 ? 'green' : 'dim', `${counts.pass} passed`),
    paint(failed === 0 ? 'dim' : 'red', `${failed} failed`),
    ...(counts.skip > 0 ? [paint('yellow', `${counts.skip} skipped`)] : []),
  ];
  return parts.join(', ');
}

function renderCoverage(coverage: Coverage, paint: Paint): string[] {
  const files = coverage.files.map(({ file, percent, notCovered }) => {
    const missing = notCovered.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
    return `  ${percent.toFixed(1).padStart(6)} %  ${file}${missing === '' ? '' : paint('yellow', `  not covered: ${missing}`)}`;
  });
  return [`coverage ${coverage.percent.toFixed(1)} % of ${count(coverage.coveredLines + coverage.notCoveredLines, 'line')}`, ...files];
}

function milliseconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}
