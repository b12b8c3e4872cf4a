import { randomUUID } from 'node:crypto';
import { GatewayError } from '../errors.js';
import { createAuditReader, type AuditReader } from './audit-reader.js';
import { toColumns } from './columns.js';
import type { StateDatabase } from './database.js';
import type { AuditEvent, NewAuditEvent } from './event.js';
import { bounded } from './event.js';

/** Whether the trail is being written. */
export interface AuditState {
  readonly ok: boolean;
  /** What the last write failed with; kept after it works again. */
  readonly lastError?: string;
  /** Since when `ok` is as it is. */
  readonly since: Date;
}

/** The audit trail. Reads and writes throw `audit_store_failed`. */
export interface AuditStore extends AuditReader {
  readonly state: AuditState;
  /** Writes one event to the disk and gives it back as stored. Throws `usage` for a timestamp that is none. */
  append(event: NewAuditEvent): AuditEvent;
}

export interface AuditStoreOptions {
  readonly database: StateDatabase;
  readonly now?: () => Date;
  /** Events to keep; the oldest go first. Default 100,000. */
  readonly maxEvents?: number;
  /** Written into every event: which run of the gateway it was. */
  readonly runId?: string;
}

/** Writes between two looks at the bound: it may be passed by this many rows. */
const TRIM_EVERY = 256;

/** The trail of an open state file. Closing the file is its owner's business. */
export function createAuditStore(options: AuditStoreOptions): AuditStore {
  const { database, maxEvents = 100_000, runId } = options;
  const now = options.now ?? ((): Date => new Date());
  let state: AuditState = { ok: true, since: now() };
  let writes = 0;

  /** A time as it is sorted and compared: UTC with milliseconds, whatever the caller's notation. */
  function timestampOf(given: string | undefined): string {
    const time = given === undefined ? now() : new Date(given);
    if (!Number.isNaN(time.getTime())) return time.toISOString();
    throw new GatewayError('usage', `Expected a time in RFC 3339, got ${JSON.stringify(bounded(given ?? '', 64))}`);
  }

  function complete(event: NewAuditEvent): AuditEvent {
    const texts = Object.entries(event).map(([field, value]) => [field, typeof value === 'string' ? bounded(value) : value] as const);
    return {
      ...(Object.fromEntries(texts) as unknown as NewAuditEvent),
      id: randomUUID(),
      timestamp: timestampOf(event.timestamp),
      action: bounded(event.action, 256),
      target: bounded(event.target ?? ''),
      actor: bounded(event.actor ?? 'defenseclaw', 256),
      details: bounded(event.details ?? ''),
      severity: event.severity ?? 'INFO',
      ...(runId === undefined ? {} : { run_id: runId }),
    };
  }

  function write(event: AuditEvent): void {
    const { names, values } = toColumns(event);
    database.run(`INSERT INTO audit_events (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, values);
    // The first write trims too: the bound may have been lowered since the last run.
    if (writes % TRIM_EVERY === 0) {
      database.run('DELETE FROM audit_events WHERE seq <= (SELECT max(seq) FROM audit_events) - ?', [maxEvents]);
    }
    writes += 1;
  }

  return {
    ...createAuditReader(database),
    get state() {
      return state;
    },
    append: (event) => {
      const row = complete(event);
      try {
        write(row);
      } catch (error) {
        state = { ok: false, lastError: error instanceof Error ? error.message : String(error), since: state.ok ? now() : state.since };
        throw error;
      }
      if (!state.ok) state = { ...state, ok: true, since: now() };
      return row;
    },
  };
}
