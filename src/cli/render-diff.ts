import type { Comparison } from '../history/compare/compare.js';
import type { FileDiff } from '../history/compare/files.js';
import type { RuleName } from '../history/compare/rules.js';
import { shortId } from '../policy/source-set.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { renderDataChange } from './render-data-change.js';
import { count } from './render-diagnostics.js';

/** Text by file unless `stat`, then what it means. */
export function renderDiff(comparison: Comparison, paint: Paint, stat: boolean, columns?: Columns): string {
  const { from, to, different, files, summary } = comparison;
  if (!different) return `${name(from)} and ${name(to)} hold the same`;
  return [
    ...files.map((file) => (stat ? statLine(file, paint) : patch(file, paint))),
    '',
    paint('bold', `${name(from)} -> ${name(to)}: ${count(files.length, 'file')}`),
    ...(summary === undefined
      ? [paint('dim', '  one side does not compile: rules and data are not compared')]
      : meaning(summary, paint, columns)),
  ].join('\n');
}

function name({ label, revision }: Comparison['from']): string {
  return label === shortId(revision) ? label : `${label} (${shortId(revision)})`;
}

function statLine({ path, status, insertions, deletions, patch: text }: FileDiff, paint: Paint): string {
  if (text === undefined) return ` ${path} ${paint('dim', `${status}, too large to be compared by lines`)}`;
  return ` ${path} ${paint('dim', status)} ${paint('green', `+${insertions}`)} ${paint('red', `-${deletions}`)}`;
}

function patch({ path, patch: text }: FileDiff, paint: Paint): string {
  if (text === undefined) return paint('dim', `${path} differs; it is too large to be shown by lines`);
  const lines = text.trimEnd().split('\n');
  return lines.map((line, index) => paintLine(line, index, paint)).join('\n');
}

function paintLine(line: string, index: number, paint: Paint): string {
  if (index < 2) return paint('bold', line);
  if (line.startsWith('@@')) return paint('cyan', line);
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}

function meaning({ rules, data, entrypoints }: NonNullable<Comparison['summary']>, paint: Paint, columns: Columns): string[] {
  const lines = [
    ...rules.added.map((rule) => paint('green', `  + rule ${ruleName(rule)}`)),
    ...rules.removed.map((rule) => paint('red', `  - rule ${ruleName(rule)}`)),
    ...rules.changed.map((rule) => `  ~ rule ${ruleName(rule)}`),
    ...rules.defaults.map(
      ({ package: pkg, rule, from = 'none', to = 'none' }) => `  ${paint('yellow', '!')} default ${pkg}.${rule}: ${from} -> ${to}`,
    ),
    ...data.changes.flatMap((change) => renderDataChange(change, paint, columns)),
    ...(data.cut ? [paint('dim', '  and more data paths')] : []),
    ...entrypoints.gained.map((path) => paint('green', `  + entrypoint ${path}`)),
    ...entrypoints.lost.map((path) => paint('red', `  - entrypoint ${path}`)),
  ];
  return lines.length === 0 ? [paint('dim', '  comments, layout or tests alone: no rule and no data differ')] : lines;
}

function ruleName({ package: pkg, rule, kind }: RuleName): string {
  return `${pkg}.${rule} (${kind})`;
}
