import type { Validation } from '../gateway/validate-policy.js';
import type { Inventory } from '../policy/inventory.js';
import { labelled, wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { count } from './render-diagnostics.js';
import { visibleLine } from './visible.js';

/** Names and reasons that are listed of one kind. */
const MAX_LISTED = 20;

const INDENT = ' '.repeat(11);

/** So many files of one folder that are ignored for one reason are one line. */
const MIN_GROUPED = 3;

/** What is served, what is data, and what is ignored and why: a line each, names after the counts. */
export function renderInventory({ root, files }: Pick<Validation, 'root' | 'files'>, paint: Paint, columns?: Columns): string {
  const { served, tests, data, overlays, schemas, suites, judge, pack, ignored } = files;
  const lines = [
    row('folder', visibleLine(root)),
    row('served', counted(served, 'module')),
    ...(tests.length === 0 ? [] : [row('tests', counted(tests, 'file'))]),
    row('data', data.length + overlays.length === 0 ? 'none' : dataNames(files)),
    ...(schemas.length === 0 ? [] : [row('schemas', names(schemas))]),
    ...(suites.length === 0 ? [] : [row('suites', names(suites))]),
    ...(judge.length === 0 ? [] : [row('judge', names(judge))]),
    ...(pack.length === 0 ? [] : [row('rule pack', names(pack))]),
    ...(ignored.length === 0 ? [] : [row('ignored', count(ignored.length, 'file'))]),
    ...ignoredLines(ignored).map((line) => wrapped(line, INDENT.length, columns)),
  ];
  return lines.join('\n');

  function row(title: string, text: string): string {
    return labelled(`${paint('dim', title.padStart(9))}  `, text, INDENT.length, columns);
  }
}

/** A line each, or one for a folder of which several files are ignored for one reason. */
function ignoredLines(ignored: Validation['files']['ignored']): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { path, why } of ignored) {
    const group = `${path.slice(0, path.lastIndexOf('/') + 1)}: ${why}`;
    groups.set(group, [...(groups.get(group) ?? []), `${path}: ${why}`]);
  }
  const lines = [...groups].flatMap(([text, files]) =>
    files.length < MIN_GROUPED || text.startsWith(':') ? files : [`${text} (${count(files.length, 'file')})`],
  );
  const shown = lines.slice(0, MAX_LISTED).map((line) => `${INDENT}${visibleLine(line)}`);
  return lines.length > MAX_LISTED ? [...shown, `${INDENT}and ${lines.length - MAX_LISTED} more`] : shown;
}

function counted(paths: readonly string[], noun: string): string {
  return `${count(paths.length, noun)}: ${names(paths)}`;
}

function names(paths: readonly string[]): string {
  const more = paths.length > MAX_LISTED ? ` and ${paths.length - MAX_LISTED} more` : '';
  return `${paths.slice(0, MAX_LISTED).map(visibleLine).join(' ')}${more}`;
}

function dataNames({ data, overlays }: Inventory): string {
  const laid = overlays.length === 0 ? '' : `${data.length === 0 ? '' : '; '}replaced in part by ${names(overlays)}`;
  return `${names(data)}${laid}`;
}
