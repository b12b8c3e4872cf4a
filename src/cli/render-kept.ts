import type { Entry } from '../history/entry.js';
import { labelled } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { renderDiagnostics, unsaid } from './render-diagnostics.js';

/** One attempt of the history with the files that it read. */
export function renderKept(
  entry: Entry,
  files: readonly { readonly path: string; readonly bytes: number }[],
  paint: Paint,
  columns?: Columns,
): string {
  const rows: [string, string | undefined][] = [
    ['number', String(entry.number)],
    ['revision', entry.revision],
    ['when', entry.at],
    ['outcome', `${entry.status} (${entry.trigger}, ${entry.durationMs.toFixed(1)} ms)`],
    ['who', entry.by],
    ['reason', entry.reason],
    ['before', entry.previous],
    ['compiled by', entry.maker],
    ['error', entry.error === undefined ? undefined : `${entry.error.code}: ${entry.error.message}`],
  ];
  const known = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [labelled(`${paint('dim', label.padEnd(12))} `, value, 13, columns)],
  );
  const findings = unsaid(entry.diagnostics, entry.error?.message ?? '');
  const diagnostics = findings.length === 0 ? [] : [renderDiagnostics(findings, paint, columns)];
  return [...known, ...diagnostics, '', ...files.map(({ path, bytes }) => `${String(bytes).padStart(9)}  ${path}`)].join('\n');
}
