import { CHAIN_START, rowHash } from './chain.js';
import { checkpointSchema, checkpointText, signatureHash } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import { ALL_COLUMNS, toColumns, toEvent } from './columns.js';
import type { StateDatabase } from './database.js';
import type { AuditEvent } from './event.js';
import type { AuditSigner } from './signing-key.js';

/** Where the chain ends. */
interface End {
  readonly seq: number;
  readonly hash: string;
}

const CHECKPOINT_COLUMNS = 'number, kind, seq, hash, at, previous, key_id, signature';

/** Rows that are adopted in one go. */
const PAGE = 1000;

/** The last checkpoints, oldest first; all of them without a limit. */
export function readCheckpoints(database: StateDatabase): readonly Checkpoint[] {
  return database.all(`SELECT ${CHECKPOINT_COLUMNS} FROM audit_checkpoints ORDER BY number`, []).map((row) => checkpointSchema.parse(row));
}

/** The end of the chain: the last row, or what the last checkpoint says of rows that were let go. */
function endOf(database: StateDatabase): End {
  const [row] = database.all('SELECT seq, hash FROM audit_events ORDER BY seq DESC LIMIT 1', []);
  if (row !== undefined) return { seq: Number(row['seq']), hash: String(row['hash']) };
  const last = lastCheckpoint(database);
  return last === undefined ? { seq: 0, hash: CHAIN_START } : { seq: last.seq, hash: last.hash };
}

export function lastCheckpoint(database: StateDatabase): Checkpoint | undefined {
  const [row] = database.all(`SELECT ${CHECKPOINT_COLUMNS} FROM audit_checkpoints ORDER BY number DESC LIMIT 1`, []);
  return row === undefined ? undefined : checkpointSchema.parse(row);
}

/** Writes one row onto the chain, in a transaction of its own: of two processes one waits for the other. The row's number. */
export function appendRow(database: StateDatabase, event: AuditEvent): number {
  return database.transaction(() => {
    const end = endOf(database);
    const seq = end.seq + 1;
    const { names, values } = toColumns(event);
    const columns = ['seq', 'prev_hash', 'hash', ...names];
    const all = [seq, end.hash, rowHash(seq, end.hash, event), ...values];
    database.run(`INSERT INTO audit_events (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, all);
    return seq;
  });
}

/** Signs where the chain ends, unless the last checkpoint says so already. */
export function writeCheckpoint(database: StateDatabase, signer: AuditSigner, kind: Checkpoint['kind'], now: Date): Checkpoint | undefined {
  return database.transaction(() => sign(database, signer, kind, now, endOf(database)));
}

/** Within a transaction. */
function sign(
  database: StateDatabase,
  signer: AuditSigner,
  kind: Checkpoint['kind'],
  now: Date,
  { seq, hash }: End,
): Checkpoint | undefined {
  const last = lastCheckpoint(database);
  if (seq === 0 || (kind !== 'trimmed' && last?.seq === seq && last.hash === hash)) return last;
  const unsigned = {
    number: (last?.number ?? 0) + 1,
    ...{ kind, seq, hash },
    at: now.toISOString(),
    previous: last === undefined ? CHAIN_START : signatureHash(last),
    key_id: signer.keyId,
  };
  const checkpoint: Checkpoint = { ...unsigned, signature: signer.sign(checkpointText(unsigned)) };
  const values = [checkpoint.number, kind, seq, hash, checkpoint.at, checkpoint.previous, checkpoint.key_id, checkpoint.signature];
  database.run(`INSERT INTO audit_checkpoints (${CHECKPOINT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, values);
  return checkpoint;
}

/** Puts rows of before onto the chain, as they stand. True when there were any. */
export function adoptRows(database: StateDatabase): boolean {
  const pending = (): readonly Record<string, unknown>[] =>
    database.all(`SELECT seq, ${ALL_COLUMNS} FROM audit_events WHERE hash IS NULL ORDER BY seq LIMIT ?`, [PAGE]);
  if (pending().length === 0) return false;
  database.transaction(() => {
    // Numbers may have gaps where rows were let go before there was a chain: it begins with the first that is left.
    let previous = CHAIN_START;
    for (let rows = pending(); rows.length > 0; rows = pending()) {
      for (const row of rows) {
        const seq = Number(row['seq']);
        const hash = rowHash(seq, previous, toEvent(row));
        database.run('UPDATE audit_events SET prev_hash = ?, hash = ? WHERE seq = ?', [previous, hash, seq]);
        previous = hash;
      }
    }
  });
  return true;
}

/** Lets the rows up to `seq` go, and leaves a signed word of where they ended: the chain of those that stay still begins somewhere. */
export function trimRows(database: StateDatabase, signer: AuditSigner | undefined, seq: number, now: Date): void {
  const [last] = database.all('SELECT seq, hash FROM audit_events WHERE seq <= ? ORDER BY seq DESC LIMIT 1', [seq]);
  if (last === undefined) return;
  database.transaction(() => {
    if (signer !== undefined) sign(database, signer, 'trimmed', now, { seq: Number(last['seq']), hash: String(last['hash']) });
    database.run('DELETE FROM audit_events WHERE seq <= ?', [seq]);
  });
}
