import { ALL_COLUMNS, toEvent } from './columns.js';
import { openStateReader, type Row, type SqlValue, type StateDatabase } from './database.js';
import type { ChainedEvent } from './chain.js';
import type { Checkpoint } from './checkpoint.js';
import { readCheckpoints } from './sealed-trail.js';
import type { AuditEvent } from './event.js';

/** Which events to read; what is absent does not narrow. */
export interface AuditFilter {
  readonly action?: string;
  readonly actor?: string;
  readonly outcome?: string;
  readonly requestId?: string;
  /** Events at or after this time. */
  readonly since?: Date;
  /** Events before this time. */
  readonly until?: Date;
  /** Default: newest first. */
  readonly order?: 'newest' | 'oldest';
  /** Default 50, at most 10,000. */
  readonly limit?: number;
}

export interface AuditReader {
  list(filter?: AuditFilter): readonly AuditEvent[];
  /** Every event that matches, oldest first unless asked otherwise, one JSON object per line (with its newline). */
  export(filter?: AuditFilter): Generator<string, void, undefined>;
  /** Signed checkpoints, oldest first. */
  checkpoints(): readonly Checkpoint[];
  /** Every row with its place in the chain, oldest first. */
  rows(): Iterable<ChainedEvent>;
  /** Events above INFO, newest first; reloads never are among them: they show in the status. */
  alerts(limit?: number): readonly AuditEvent[];
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 10_000;
/** Rows per query of an export: no read transaction is held while a slow reader takes its lines. */
const PAGE = 500;

/** Conditions and their values in the same order. */
function conditions(filter: AuditFilter): { readonly where: readonly string[]; readonly values: readonly SqlValue[] } {
  const all: readonly (readonly [string, string | undefined])[] = [
    ['action = ?', filter.action],
    ['actor = ?', filter.actor],
    ['outcome = ?', filter.outcome],
    ['request_id = ?', filter.requestId],
    ['timestamp >= ?', filter.since?.toISOString()],
    ['timestamp < ?', filter.until?.toISOString()],
  ];
  const used = all.flatMap(([condition, value]) => (value === undefined ? [] : [{ condition, value }]));
  return { where: used.map(({ condition }) => condition), values: used.map(({ value }) => value) };
}

function clamp(limit: number): number {
  return Math.max(1, Math.min(Math.trunc(limit), MAX_LIMIT));
}

function select(where: readonly string[], newest: boolean): string {
  const clause = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  return `SELECT seq, prev_hash, hash, ${ALL_COLUMNS} FROM audit_events${clause} ORDER BY seq ${newest ? 'DESC' : 'ASC'} LIMIT ?`;
}

function* lines(database: StateDatabase, filter: AuditFilter): Generator<string, void, undefined> {
  const newest = filter.order === 'newest';
  const { where, values } = conditions(filter);
  let left = filter.limit ?? Infinity;
  let after: number | undefined;
  while (left > 0) {
    const page = Math.min(PAGE, left);
    const paged = after === undefined ? where : [...where, newest ? 'seq < ?' : 'seq > ?'];
    const rows = database.all(select(paged, newest), [...values, ...(after === undefined ? [] : [after]), page]);
    for (const row of rows) yield `${JSON.stringify(toChained(row))}\n`;
    if (rows.length < page) return;
    left -= rows.length;
    after = Number(rows.at(-1)?.['seq']);
  }
}

/** A row with its place in the chain. */
function toChained(row: Row): ChainedEvent {
  return { seq: Number(row['seq']), ...toEvent(row), prev_hash: String(row['prev_hash']), hash: String(row['hash']) };
}

/** Every row, oldest first, page by page. */
function* chainedRows(database: StateDatabase): Generator<ChainedEvent, void, undefined> {
  let after = 0;
  for (;;) {
    const rows = database.all(select(['seq > ?'], false), [after, PAGE]);
    for (const row of rows) yield toChained(row);
    if (rows.length < PAGE) return;
    after = Number(rows.at(-1)?.['seq']);
  }
}

/** The reading half of the trail. */
export function createAuditReader(database: StateDatabase): AuditReader {
  return {
    list: (filter = {}) => {
      const { where, values } = conditions(filter);
      const sql = select(where, filter.order !== 'oldest');
      return database.all(sql, [...values, clamp(filter.limit ?? DEFAULT_LIMIT)]).map(toEvent);
    },
    export: (filter = {}) => lines(database, filter),
    checkpoints: () => readCheckpoints(database),
    rows: () => chainedRows(database),
    alerts: (limit = DEFAULT_LIMIT) =>
      database.all(select(["severity <> 'INFO'", "action <> 'policy-reload'"], true), [clamp(limit)]).map(toEvent),
  };
}

/** The trail of a state file that a gateway may be writing at the same time. `close()` when done. */
export function openAuditReader(file: string): AuditReader & { close(): void } {
  const database = openStateReader(file);
  return { ...createAuditReader(database), close: () => database.close() };
}
