import type { HistoryListing } from '../gateway/policy-history.js';
import type { Entry } from '../history/entry.js';
import { shortId } from '../policy/source-set.js';
import { briefTime } from './brief-time.js';
import type { Paint } from './paint.js';
import { cutLine, fits, plainTable } from './plain-table.js';
import { count } from './render-diagnostics.js';

const COLOURS = { reloaded: 'green', rejected: 'red', held: 'yellow' } as const;

/** Attempts, one a row, newest first; where a terminal of `width` columns has no room for that, two lines each. */
export function renderHistory({ entries, serving, pinned }: HistoryListing, paint: Paint, width?: number): string {
  let marked = false;
  const rows = entries.map((entry) => {
    const serves = !marked && entry.status === 'reloaded' && entry.revision === serving;
    marked ||= serves;
    return [
      String(entry.number),
      entry.revision === undefined ? '-' : shortId(entry.revision),
      briefTime(entry.at),
      entry.trigger,
      entry.by ?? '',
      paint(COLOURS[entry.status], entry.status),
      changesOf(entry),
      testsOf(entry, paint),
      notesOf(entry, serves, serves && pinned === entry.revision, paint),
    ];
  });
  const table = plainTable(['NO', 'REVISION', 'WHEN', 'TRIGGER', 'WHO', 'OUTCOME', 'CHANGED', 'TESTS', 'NOTES'], rows, paint);
  if (width === undefined || fits(table, width)) return table;
  return rows.map((row) => stacked(row, paint, width)).join('\n');
}

function stacked(row: readonly string[], paint: Paint, width: number): string {
  const [number = '', revision = '', when = '', trigger = '', who = '', outcome = '', ...rest] = row;
  const lines = [
    [paint('bold', number), revision, when, outcome],
    [' ', [trigger, who].filter((part) => part !== '').join(' by '), rest.filter((part) => part !== '').join('; ')],
  ];
  return lines.map((parts) => cutLine(parts, paint, width)).join('\n');
}

/** Modules and data files that changed: `2 rego, 1 data`. */
function changesOf({ changes, modules, previous }: Entry): string {
  if (changes === undefined) return '';
  if (previous === undefined) return `${modules} modules`;
  const all = [...changes.added, ...changes.changed, ...changes.removed];
  const rego = all.filter((name) => name.endsWith('.rego')).length;
  return [...(rego > 0 ? [`${rego} rego`] : []), ...(all.length > rego ? [`${all.length - rego} data`] : [])].join(', ');
}

/** `212 passed`, `3 of 212 failed`, `timeout`; empty when none were run. */
function testsOf({ tests }: Entry, paint: Paint): string {
  if (tests === undefined) return '';
  const { state, passed, failed } = tests;
  if (state === 'timeout') return paint('red', 'timeout');
  return failed === 0 ? `${passed} passed` : paint('red', `${failed} of ${passed + failed} failed`);
}

function notesOf({ error, reason, accepted, warnings, impact }: Entry, serves: boolean, pinned: boolean, paint: Paint): string {
  return [
    ...(serves ? [paint('bold', 'serving')] : []),
    ...(pinned ? [paint('yellow', 'pinned')] : []),
    ...(error === undefined ? [] : [error.code]),
    ...(impact === undefined || impact.deny_to_allow === 0 ? [] : [paint('red', `${impact.deny_to_allow} deny->allow`)]),
    ...(impact === undefined || impact.allow_to_deny === 0 ? [] : [paint('yellow', `${impact.allow_to_deny} allow->deny`)]),
    ...(accepted === undefined ? [] : [`accepted ${accepted.join(' ')}`]),
    ...(warnings > 0 && error === undefined ? [count(warnings, 'warning')] : []),
    ...(reason === undefined ? [] : [JSON.stringify(reason)]),
  ].join(' ');
}
