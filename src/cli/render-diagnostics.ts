import { placeOf } from '../policy/diagnostic.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { around, labelled, wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { visible, visibleLine } from './visible.js';

/** `file:row:col`, as far as the finding has them; `data` paths stand for themselves. */
export function place(found: Pick<Diagnostic, 'file' | 'row' | 'col' | 'path'>): string {
  return visibleLine(placeOf(found));
}

/** One finding: place, severity, message, then the source line with a caret under the column. */
function renderDiagnostic(diagnostic: Diagnostic, paint: Paint, columns: Columns): string {
  const { severity, code, message, line, col, hint } = diagnostic;
  const where = place(diagnostic);
  const label = paint(severity === 'error' ? 'red' : 'yellow', severity);
  const head = `${where === '' ? '' : `${paint('bold', where)}: `}${label}: ${message} ${paint('dim', `[${code}]`)}`;
  const parts = [wrapped(head, 2, columns), ...(line === undefined ? [] : [excerpt(line, col, paint, columns)])];
  return [...parts, ...(hint === undefined ? [] : [labelled(`  ${paint('cyan', 'hint:')} `, hint, 8, columns)])].join('\n');
}

/** All findings, errors first, as wide as the terminal that they are for. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], paint: Paint, columns?: Columns): string {
  const rank = { error: 0, warning: 1 };
  const sorted = [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return sorted.map((diagnostic) => renderDiagnostic(diagnostic, paint, columns)).join('\n');
}

const INDENT = ' '.repeat(4);

/** Tabs are kept in the caret's indent so that it stands under its column whatever the terminal's tab width. */
export function excerpt(line: string, col: number | undefined, paint: Paint, columns: Columns = Infinity): string {
  const { text, at } = around(line.replace(/\r$/u, ''), (col ?? 1) - 1, columns - INDENT.length);
  const shown = `${INDENT}${text}`;
  if (col === undefined) return shown;
  const prefix = Array.from(text).slice(0, at).join('');
  return `${shown}\n${INDENT}${visible(prefix).replace(/[^\t]/gu, ' ')}${paint('red', '^')}`;
}

/** The findings of an error, unless its message tells all of them whole: they have no places to show. */
export function unsaid(diagnostics: readonly Diagnostic[], told: string): readonly Diagnostic[] {
  const isSaid = ({ file, path, line, hint, message }: Diagnostic): boolean =>
    [file, path, line, hint].every((part) => part === undefined) && told.includes(message);
  return diagnostics.every(isSaid) ? [] : diagnostics;
}

/** `1 error`, `3 errors`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
