import { randomUUID } from 'node:crypto';
import { GatewayError } from '../errors.js';
import { createAuditReader, type AuditReader } from './audit-reader.js';
import type { Checkpoint } from './checkpoint.js';
import type { Row, StateDatabase } from './database.js';
import type { AuditEvent, NewAuditEvent } from './event.js';
import { bounded } from './event.js';
import { adoptRows, appendRow, lastCheckpoint, trimRows, writeCheckpoint } from './sealed-trail.js';
import type { AuditSigner } from './signing-key.js';

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
  /** The last checkpoint that was signed. */
  readonly checkpoint: Checkpoint | undefined;
  /** Signs where the trail ends; to be called before the file is closed. */
  seal(): void;
}

export interface AuditStoreOptions {
  readonly database: StateDatabase;
  readonly now?: () => Date;
  /** Events to keep; the oldest go first. Default 100,000. */
  readonly maxEvents?: number;
  /** Older events go too, after so many ms; default never. */
  readonly maxAgeMs?: number | undefined;
  /** Signs checkpoints; without it the rows are chained and nobody vouches for them. */
  readonly signer?: AuditSigner;
  /** Called when a checkpoint was signed. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** Written into every event: which run of the gateway it was. */
  readonly runId?: string;
  /** Written into every event: which gateway, of those that share the file. */
  readonly instance?: string;
}

/** Writes between two looks at the bounds, and between two checkpoints: a bound may be passed by this many rows. */
const TEND_EVERY = 256;

/** The trail of an open state file. Closing the file is its owner's business. */
export function createAuditStore(options: AuditStoreOptions): AuditStore {
  const { database, maxEvents = 100_000, maxAgeMs, signer, onCheckpoint, runId, instance } = options;
  const now = options.now ?? ((): Date => new Date());
  let state: AuditState = { ok: true, since: now() };
  let checkpoint = lastCheckpoint(database);
  let writes = 0;

  function seal(kind: Checkpoint['kind']): void {
    if (signer === undefined) return;
    const before = checkpoint?.number;
    checkpoint = writeCheckpoint(database, signer, kind, now());
    if (checkpoint !== undefined && checkpoint.number !== before) onCheckpoint?.(checkpoint);
  }

  if (adoptRows(database)) seal('adopted');

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
      ...(instance === undefined ? {} : { instance }),
    };
  }

  function write(event: AuditEvent): void {
    appendRow(database, event);
    // The first write looks too: the bounds may have been lowered since the last run.
    if (writes % TEND_EVERY === 0) {
      trim();
      seal('periodic');
    }
    writes += 1;
  }

  function newestBefore(limit: Date): readonly Row[] {
    return database.all('SELECT max(seq) AS seq FROM audit_events WHERE timestamp < ?', [limit.toISOString()]);
  }

  function trim(): void {
    const [count] = database.all('SELECT max(seq) - ? AS seq FROM audit_events', [maxEvents]);
    const [age] = maxAgeMs === undefined ? [] : newestBefore(new Date(now().getTime() - maxAgeMs));
    const seq = Math.max(0, Number(count?.['seq'] ?? 0), Number(age?.['seq'] ?? 0));
    if (seq > 0) trimRows(database, signer, seq, now());
  }

  return {
    ...createAuditReader(database),
    get state() {
      return state;
    },
    get checkpoint() {
      return checkpoint;
    },
    seal: () => seal('shutdown'),
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
