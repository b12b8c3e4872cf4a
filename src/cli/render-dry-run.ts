import type { DryRun } from '../gateway/dry-run.js';
import { shortId } from '../policy/source-set.js';
import type { Impact } from '../impact/report.js';
import { wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { count, renderDiagnostics } from './render-diagnostics.js';
import { renderDiff } from './render-diff.js';
import { renderImpact } from './render-impact.js';

/** What would change, what the gates say of it, and last whether it would serve. */
export function renderDryRun(report: DryRun, paint: Paint, columns?: Columns): string {
  const { diff, gates, diagnostics, warnings } = report;
  const findings = [...diagnostics, ...warnings];
  return [
    ...(diff?.different === true ? [renderDiff(diff, paint, false, columns), ''] : []),
    ...(findings.length === 0 ? [] : [renderDiagnostics(findings, paint, columns), '']),
    ...Object.entries(gates).map(([name, word]) => gateLine(name, word, paint, columns)),
    ...guardLine(report, paint),
    wrapped(verdict(report, paint), 2, columns),
  ].join('\n');
}

type Word = DryRun['gates'][string];

function gateLine(name: string, word: Word, paint: Paint, columns: Columns): string {
  const { state, mode, passed, failed, errored, duration_ms: ms } = word;
  const colour = state === 'passed' ? 'green' : 'yellow';
  const ran = [passed, failed, errored].every((part) => typeof part === 'number') ? Number(passed) + Number(failed) + Number(errored) : 0;
  const impact = impactOf(word);
  const tally = name === 'tests' ? `, ${tallied(Number(passed), ran, state === 'passed')}` : '';
  return `${name.padEnd(8)} ${paint(colour, String(state))} ${paint('dim', `(${String(mode)}${tally}, ${Math.round(Number(ms))} ms)`)}${impact === undefined ? '' : `\n${renderImpact(impact, paint, false, columns)}`}`;
}

/** Out of time before the first test ended is something else than a folder without tests. */
function tallied(passed: number, ran: number, fine: boolean): string {
  if (ran > 0) return `${passed} of ${ran} passed`;
  return fine ? 'no tests' : 'none ended';
}

function impactOf({ replay }: Word): Impact | undefined {
  return typeof replay === 'object' && replay !== null ? (replay as Impact) : undefined;
}

function guardLine({ diagnostics, warnings }: DryRun, paint: Paint): string[] {
  const names = (given: DryRun['warnings']): string[] => [
    ...new Set(given.flatMap(({ code }) => (code.startsWith('guard_') ? [code.slice('guard_'.length)] : []))),
  ];
  const [refusing, warning] = [names(diagnostics), names(warnings)];
  const said = [
    ...(refusing.length === 0 ? [] : [paint('red', `refused by ${refusing.join(', ')}`)]),
    ...(warning.length === 0 ? [] : [paint('yellow', `warned by ${warning.join(', ')}`)]),
  ];
  return said.length === 0 ? [] : [`guards   ${said.join('; ')}`];
}

function verdict({ status, serving, candidate, diagnostics, warnings, error }: DryRun, paint: Paint): string {
  const was = serving === null ? 'none' : shortId(serving);
  const now = candidate === null ? 'the folder' : shortId(candidate);
  switch (status) {
    case 'accepted':
      return `dry run: ${paint('green', 'would be reloaded')}: ${was} -> ${now}${warnings.length === 0 ? '' : `, with ${count(warnings.length, 'warning')}`}`;
    case 'unchanged':
      return `dry run: nothing would change: the folder holds ${was}, which serves`;
    case 'rejected':
      return `dry run: ${paint('red', 'would be rejected')}: ${error ?? count(diagnostics.length, 'error')}; ${was} goes on serving`;
  }
}
