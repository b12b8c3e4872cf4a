import type { Row, SqlValue } from './database.js';
import type { AuditEvent } from './event.js';

/** Column of each field of an event; `trigger` is a word of SQL. */
const COLUMNS = {
  id: 'id',
  timestamp: 'timestamp',
  action: 'action',
  target: 'target',
  actor: 'actor',
  details: 'details',
  severity: 'severity',
  trigger: 'trigger_name',
  from_revision: 'from_revision',
  to_revision: 'to_revision',
  outcome: 'outcome',
  diagnostics_digest: 'diagnostics_digest',
  duration_ms: 'duration_ms',
  request_id: 'request_id',
  run_id: 'run_id',
  instance: 'instance',
} as const satisfies Record<keyof AuditEvent, string>;

/** Names of the fields, in the order in which they are hashed: append only. */
export const FIELDS = Object.keys(COLUMNS) as (keyof AuditEvent)[];

/** Every column, for a SELECT. */
export const ALL_COLUMNS = Object.values(COLUMNS).join(', ');

/** An event as columns and values in the same order. */
export function toColumns(event: AuditEvent): { readonly names: readonly string[]; readonly values: readonly SqlValue[] } {
  return { names: FIELDS.map((field) => COLUMNS[field]), values: FIELDS.map((field) => event[field] ?? null) };
}

/** A row as an event: columns without a value are left out. */
export function toEvent(row: Row): AuditEvent {
  const fields = FIELDS.map((field) => [field, row[COLUMNS[field]]] as const).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(fields) as unknown as AuditEvent;
}
