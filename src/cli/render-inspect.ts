import type { InspectAnswer } from '../judge/inspect/inspection.js';
import type { Paint, Style } from './paint.js';
import { plainTable } from './plain-table.js';

const STYLES: Readonly<Record<string, Style>> = { allow: 'green', alert: 'yellow', confirm: 'yellow', block: 'red', deny: 'red' };

/** A verdict for people: what happens, why, and one row for each finding. */
export function renderInspect(answer: InspectAnswer, paint: Paint): string {
  const { action, raw_action: raw, severity, confidence, mode, reason, judge, detailed_findings: findings } = answer;
  const word = (text: string): string => paint(STYLES[text] ?? 'bold', text);
  const rows: [string, string][] = [
    ['action', raw === action ? word(action) : `${word(action)} (${word(raw)} in action mode)`],
    ['severity', `${severity}, confidence ${confidence.toFixed(2)}`],
    ['mode', mode],
    ['reason', reason === '' ? 'nothing found' : reason],
  ];
  if (judge !== undefined)
    rows.push(['judge', `${judge.kinds.join(', ')}${judge.cached ? ' (cached)' : ''}${judge.failed ? paint('red', ' failed') : ''}`]);
  const summary = rows.map(([label, value]) => `${paint('dim', label.padEnd(9))} ${value}`).join('\n');
  if (findings.length === 0) return summary;
  const table = findings.map(({ id, severity: level, category, span, disguise, evidence }) => [
    ...[id, level, category, span === undefined ? '' : `${span.start}-${span.end}`],
    ...[disguise ?? '', evidence ?? ''],
  ]);
  return `${summary}\n\n${plainTable(['FINDING', 'SEVERITY', 'CATEGORY', 'PLACE', 'DISGUISE', 'EVIDENCE'], table, paint)}`;
}
