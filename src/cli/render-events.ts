import type { AuditEvent } from '../audit/event.js';
import { briefTime } from './brief-time.js';
import type { Paint } from './paint.js';
import { cutLine, plainTable } from './plain-table.js';

/** A terminal as wide as this shows an event in one line. */
const ONE_LINE = 130;

/** Widths of all columns of a table but the last. */
const WIDTHS = [20, 20, 28, 11, 22] as const;

/** Between two columns. */
const GAP = 2;

/**
 * Events, one a row: when, what, done to what, how it ended, by which gateway, and the story. On a terminal of `width` columns nothing runs
 * over: a narrow one shows each event in three lines, and what is too long is cut. Without a width nothing is cut.
 */
export function renderEvents(events: readonly AuditEvent[], paint: Paint, width?: number): string {
  if (width !== undefined && width < ONE_LINE) return events.map((event) => stacked(event, paint, width)).join('\n');
  const rows = events.map((event) => {
    const { action, actor, target, details, instance = '' } = event;
    return [briefTime(event.timestamp), action, target, outcomeOf(event, paint) || actor, instance, details];
  });
  const rest = width === undefined ? undefined : width - WIDTHS.reduce((sum, column) => sum + column + GAP, 0);
  return plainTable(
    ['TIME', 'ACTION', 'TARGET', 'OUTCOME', 'INSTANCE', 'DETAILS'],
    rows,
    paint,
    rest === undefined ? [] : [...WIDTHS, rest],
  );
}

function stacked(event: AuditEvent, paint: Paint, width: number): string {
  const { action, actor, target, details, instance = '' } = event;
  const lines = [
    [paint('dim', briefTime(event.timestamp)), paint('bold', action), outcomeOf(event, paint) || actor],
    [' ', target, instance === '' ? '' : paint('dim', `by ${instance}`)],
    [' ', details],
  ];
  return lines.map((parts) => cutLine(parts, paint, width)).join('\n');
}

function outcomeOf({ outcome = '' }: AuditEvent, paint: Paint): string {
  return outcome === 'rejected' ? paint('red', outcome) : outcome;
}
