import type { AuditEvent } from '../audit/event.js';
import type { Paint } from './paint.js';
import { plainTable } from './plain-table.js';

/** Events, one a row. */
export function renderEvents(events: readonly AuditEvent[], paint: Paint): string {
  const rows = events.map(({ timestamp, action, actor, outcome = '', details }) => [
    ...[timestamp, action, actor, outcome === 'rejected' ? paint('red', outcome) : outcome, details],
  ]);
  return plainTable(['TIME', 'ACTION', 'ACTOR', 'OUTCOME', 'DETAILS'], rows, paint);
}
