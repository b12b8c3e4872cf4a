import { placeOf } from '../policy/diagnostic.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { Paint } from './paint.js';
import { visible, visibleLine } from './visible.js';

/** `file:row:col`, as far as the finding has them; `data` paths stand for themselves. */
export function place(found: Pick<Diagnostic, 'file' | 'row' | 'col' | 'path'>): string {
  return visibleLine(placeOf(found));
}

/** One finding: place, severity, message, then the source line with a caret under the column. */
function renderDiagnostic(diagnostic: Diagnostic, paint: Paint): string {
  const { severity, code, message, line, col, hint } = diagnostic;
  const where = place(diagnostic);
  const label = paint(severity === 'error' ? 'red' : 'yellow', severity);
  const head = `${where === '' ? '' : `${paint('bold', where)}: `}${label}: ${message} ${paint('dim', `[${code}]`)}`;
  const parts = [head, ...(line === undefined ? [] : [excerpt(line, col, paint)])];
  return [...parts, ...(hint === undefined ? [] : [`  ${paint('cyan', 'hint:')} ${hint}`])].join('\n');
}

/** All findings, errors first, with a closing count. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], paint: Paint): string {
  const rank = { error: 0, warning: 1 };
  const sorted = [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return sorted.map((diagnostic) => renderDiagnostic(diagnostic, paint)).join('\n');
}

/** Tabs are kept in the caret's indent so that it stands under its column whatever the terminal's tab width. */
export function excerpt(line: string, col: number | undefined, paint: Paint): string {
  const shown = `    ${line.replace(/\r$/u, '')}`;
  if (col === undefined) return shown;
  const prefix = Array.from(line)
    .slice(0, col - 1)
    .join('');
  return `${shown}\n    ${visible(prefix).replace(/[^\t]/gu, ' ')}${paint('red', '^')}`;
}

/** `1 error`, `3 errors`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
