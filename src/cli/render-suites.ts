import type { SuiteReport } from '../gateway/run-suites.js';
import { shortId } from '../policy/source-set.js';
import type { SuiteDifference } from '../suites/differences.js';
import { flooredPercent, suiteSummary } from '../suites/score.js';
import type { CategoryScore, Mistake } from '../suites/score.js';
import { wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { fits, plainTable } from './plain-table.js';

/** Lines of one kind that are listed. */
const MAX_LISTED = 20;

/**
 * One row for each suite, then each sample that came out otherwise than it should, or than it did. A terminal of fewer `columns` than the
 * table is wide gets the counts that matter.
 */
export function renderSuites(
  { score, compared_with: before, differences, duration_ms: ms }: SuiteReport,
  paint: Paint,
  columns?: Columns,
): string {
  const { missed, blocked, alarms, attack, benign, held_out: heldOut } = score;
  const rows: (readonly [string, CategoryScore])[] = [
    ...Object.entries(score.categories),
    ...(heldOut === undefined ? [] : [['held out', heldOut] as const]),
    ['all', score],
  ];
  return [
    wrapped(`${suiteSummary(score)} ${paint('dim', `(${ms} ms)`)}`, 2, columns),
    '',
    table(rows, columns, paint),
    ...mistakes('missed: let through without a word', missed, attack.allow, paint, 'red'),
    ...mistakes('harmless, and blocked', blocked, benign.block, paint, 'red'),
    ...mistakes('harmless, and told of', alarms, benign.alert, paint, 'yellow'),
    '',
    ...differenceLines(before, differences, paint),
  ].join('\n');
}

function table(scores: readonly (readonly [string, CategoryScore])[], columns: Columns, paint: Paint): string {
  const rows = scores.map(row);
  const whole = plainTable(HEAD, rows, paint);
  if (fits(whole, columns)) return whole;
  const narrow = ([name, attacks, , , allowed, harmless, blocked, , , , recall]: readonly string[]): string[] =>
    [name, attacks, allowed, harmless, blocked, recall].map((cell) => cell ?? '');
  return plainTable(['SUITE', 'ATTACKS', 'MISSED', 'HARMLESS', 'BLOCK', 'RECALL'], rows.map(narrow), paint);
}

const HEAD = ['SUITE', 'ATTACKS', 'BLOCK', 'ALERT', 'ALLOW', 'HARMLESS', 'BLOCK', 'ALERT', 'ALLOW', 'PRECISION', 'RECALL'];

function row([name, { attack, benign, precision, recall }]: readonly [string, CategoryScore]): string[] {
  const counts = [attack, benign].flatMap(({ block, alert, allow }) => [block + alert + allow, block, alert, allow]);
  return [name, ...counts.map(String), percent(precision), percent(recall)];
}

function percent(share: number | null): string {
  return share === null ? '-' : `${flooredPercent(share * 100).toFixed(1)} %`;
}

function mistakes(title: string, found: readonly Mistake[], all: number, paint: Paint, style: 'red' | 'yellow'): string[] {
  if (all === 0) return [];
  return [
    '',
    paint(style, `${all} ${title}`),
    ...listed(
      found.map(({ id, file, row: line, action, severity, findings }) => {
        return `  ${file}:${line}  ${id}  ${action} ${severity}${findings.length === 0 ? '' : `  ${findings.join(', ')}`}`;
      }),
      all,
    ),
  ];
}

function differenceLines(before: string | null, differences: readonly SuiteDifference[], paint: Paint): string[] {
  if (before === null) return [paint('dim', 'compared with nothing: no revision is kept that serves')];
  if (differences.length === 0) return [`no sample comes out otherwise than on ${shortId(before)}`];
  const worse = differences.filter(({ better }) => !better).length;
  return [
    `${differences.length} samples come out otherwise than on ${shortId(before)}, ${worse} of them worse`,
    ...listed(
      differences.map(({ id, file, row: line, want, before: was, after, better }) => {
        return `  ${file}:${line}  ${id}  ${want}  ${was} -> ${after}  ${better ? paint('green', 'better') : paint('red', 'worse')}`;
      }),
      differences.length,
    ),
  ];
}

function listed(lines: readonly string[], all: number): string[] {
  const shown = lines.slice(0, MAX_LISTED);
  return all > shown.length ? [...shown, `  and ${all - shown.length} more (--json lists a hundred of each kind)`] : shown;
}
