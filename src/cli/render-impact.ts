import type { Impact, ImpactExample } from '../impact/report.js';
import { shortId } from '../policy/source-set.js';
import { wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';

const MAX_CHANGED = 6;

/** First how many decisions can tell, then what becomes of them by path; with `all` also the paths that nothing changes for. */
export function renderImpact(impact: Impact, paint: Paint, all = false, columns?: Columns): string {
  const { replayed, paths, duration_ms: ms } = impact;
  const touched = paths.filter((path) => otherwise(path) > 0);
  const same = replayed - touched.reduce((sum, path) => sum + otherwise(path), 0);
  const untouched = all ? paths.filter((path) => !touched.includes(path)) : [];
  return [
    `${'impact'.padEnd(8)} ${impactHead(impact)} ${paint('dim', `(${Math.round(ms)} ms)`)}`,
    ...touched.flatMap((path) => renderPath(path, paint)),
    ...untouched.map((path) => `  ${paint('bold', path.path)}: ${path.replayed} the same${p95(path, paint)}`),
    `  ${same} of ${replayed} come out the same`,
  ]
    .map((line) => wrapped(line, leadOf(line) + 2, columns))
    .join('\n');
}

function leadOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Decisions of a path that come out otherwise. */
export function otherwise({ deny_to_allow: opened, allow_to_deny: closed, other, errors }: Impact['paths'][number]): number {
  return opened + closed + other + errors;
}

/** What is compared, and how many decisions can tell. */
export function impactHead({ from, to, recorded, replayed, not_replayable: reasons }: Impact): string {
  const left = Object.entries(reasons).map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`);
  const sides = `${from === 'recorded' ? 'as recorded' : shortId(from)} -> ${shortId(to)}`;
  return `${sides}: ${recorded} recorded, ${replayed} replayed${left.length === 0 ? '' : `, not replayable: ${left.join(', ')}`}`;
}

/** The flips of one path, what may have caused them, and examples. */
export function renderPath(path: Impact['paths'][number], paint: Paint): string[] {
  const { deny_to_allow: opened, allow_to_deny: closed, other, errors, changed } = path;
  const counts = [
    ...(opened === 0 ? [] : [paint('red', `${opened} deny -> allow`)]),
    ...(closed === 0 ? [] : [paint('yellow', `${closed} allow -> deny`)]),
    ...(errors === 0 ? [] : [paint('red', `${errors} new errors`)]),
    ...(other === 0 ? [] : [`${other} otherwise`]),
  ];
  const more = changed.length > MAX_CHANGED ? `, and ${changed.length - MAX_CHANGED} more` : '';
  return [
    `  ${paint('bold', path.path)}: ${counts.join(', ')} of ${path.replayed}${p95(path, paint)}`,
    ...(changed.length === 0 ? [] : [paint('dim', `    changed: ${changed.slice(0, MAX_CHANGED).join(', ')}${more}`)]),
    ...path.examples.flatMap((example) => renderExample(example, paint)),
  ];
}

function p95({ slowdown }: Impact['paths'][number], paint: Paint): string {
  return slowdown === null ? '' : paint('dim', `, p95 x ${slowdown}`);
}

function renderExample({ decision_id, flip, input, before, after }: ImpactExample, paint: Paint): string[] {
  return [
    `    ${decision_id} ${paint('dim', flip.replaceAll('_', ' '))}`,
    `      input  ${input === '' ? 'none' : input}`,
    `      before ${before ?? 'undefined'}`,
    `      after  ${after ?? 'undefined'}`,
  ];
}
