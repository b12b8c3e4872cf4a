import type { Impact, ImpactExample } from '../impact/report.js';
import { shortId } from '../policy/source-set.js';
import type { Paint } from './paint.js';

const MAX_CHANGED = 6;

/** First how many decisions can tell, then what becomes of them by path. */
export function renderImpact(impact: Impact, paint: Paint): string {
  const { from, to, recorded, replayed, not_replayable: reasons, paths, duration_ms: ms } = impact;
  const left = Object.entries(reasons).map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`);
  const sides = `${from === 'recorded' ? 'as recorded' : shortId(from)} -> ${shortId(to)}`;
  const head = `impact   ${sides}: ${recorded} recorded, ${replayed} replayed${left.length === 0 ? '' : `, not replayable: ${left.join(', ')}`}`;
  const touched = paths.filter((path) => path.deny_to_allow + path.allow_to_deny + path.other + path.errors > 0);
  const same = replayed - touched.reduce((sum, path) => sum + path.deny_to_allow + path.allow_to_deny + path.other + path.errors, 0);
  return [
    `${head} ${paint('dim', `(${Math.round(ms)} ms)`)}`,
    ...touched.flatMap((path) => renderPath(path, paint)),
    `  ${same} of ${replayed} come out the same`,
  ].join('\n');
}

function renderPath(path: Impact['paths'][number], paint: Paint): string[] {
  const { deny_to_allow: opened, allow_to_deny: closed, other, errors, slowdown, changed } = path;
  const counts = [
    ...(opened === 0 ? [] : [paint('red', `${opened} deny -> allow`)]),
    ...(closed === 0 ? [] : [paint('yellow', `${closed} allow -> deny`)]),
    ...(errors === 0 ? [] : [paint('red', `${errors} new errors`)]),
    ...(other === 0 ? [] : [`${other} otherwise`]),
  ];
  const more = changed.length > MAX_CHANGED ? `, and ${changed.length - MAX_CHANGED} more` : '';
  return [
    `  ${paint('bold', path.path)}: ${counts.join(', ')} of ${path.replayed}${slowdown === null ? '' : paint('dim', `, p95 x ${slowdown}`)}`,
    ...(changed.length === 0 ? [] : [paint('dim', `    changed: ${changed.slice(0, MAX_CHANGED).join(', ')}${more}`)]),
    ...path.examples.flatMap((example) => renderExample(example, paint)),
  ];
}

function renderExample({ decision_id, flip, input, before, after }: ImpactExample, paint: Paint): string[] {
  return [
    `    ${decision_id} ${paint('dim', flip.replaceAll('_', ' '))}`,
    `      input  ${input === '' ? 'none' : input}`,
    `      before ${before ?? 'undefined'}`,
    `      after  ${after ?? 'undefined'}`,
  ];
}
