import type { KeyObject } from 'node:crypto';
import { CHAIN_START, rowHash } from './chain.js';
import type { ChainedEvent } from './chain.js';
import { checkpointName, checkpointText, signatureHash } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import { isSignedBy, keyIdOf } from './signing-key.js';

/** What is wrong with a trail, at the first place where anything is. */
export interface Fault {
  readonly kind: 'changed' | 'dropped' | 'swapped' | 'inserted' | 'cut' | 'rewritten' | 'unsigned' | 'forged';
  /** Number of the row, or of the last one that is in order. */
  readonly seq: number;
  readonly message: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly rows: number;
  readonly checkpoints: number;
  /** The last row that a checkpoint speaks for: what came after it is chained, not signed. */
  readonly signedTo: number;
  readonly fault?: Fault;
}

export interface Trail {
  readonly rows: Iterable<ChainedEvent>;
  readonly checkpoints: readonly Checkpoint[];
  readonly key: KeyObject;
  /** A checkpoint that was shown elsewhere (status, log), by {@link checkpointName}: the trail has to reach as far. */
  readonly expect?: string | undefined;
}

/** Walks the whole trail. Reads nothing but what it is given. */
export function verifyTrail({ rows, checkpoints, key, expect }: Trail): Verification {
  const signedTo = Math.max(0, ...checkpoints.map(({ seq }) => seq));
  const signed = checkSignatures(checkpoints, key);
  const walked = walk(rows, checkpoints);
  const fault = walked.fault ?? signed ?? coverage(walked.rows, checkpoints, expect);
  return {
    ok: fault === undefined,
    rows: walked.rows,
    checkpoints: checkpoints.length,
    signedTo,
    ...(fault === undefined ? {} : { fault }),
  };
}

function checkSignatures(checkpoints: readonly Checkpoint[], key: KeyObject): Fault | undefined {
  let previous: Checkpoint | undefined;
  for (const checkpoint of checkpoints) {
    const { number, seq } = checkpoint;
    const forged = (message: string): Fault => ({ kind: 'forged', seq, message: `checkpoint ${number} (row ${seq}): ${message}` });
    if (checkpoint.key_id !== keyIdOf(key)) return forged('it was signed with another key');
    if (!isSignedBy(key, checkpointText(checkpoint), checkpoint.signature)) return forged('its signature does not fit');
    if (checkpoint.previous !== (previous === undefined ? CHAIN_START : signatureHash(previous)))
      return forged('the checkpoint before it is missing');
    previous = checkpoint;
  }
  return undefined;
}

function walk(rows: Iterable<ChainedEvent>, checkpoints: readonly Checkpoint[]): { readonly rows: number; readonly fault?: Fault } {
  const signed = new Map(checkpoints.map((checkpoint) => [checkpoint.seq, checkpoint]));
  const trimmed = checkpoints.findLast(({ kind }) => kind === 'trimmed');
  const adopted = checkpoints.find(({ kind }) => kind === 'adopted');
  let before: ChainedEvent | undefined;
  let twoBefore: string | undefined;
  let count = 0;
  for (const row of rows) {
    count += 1;
    const start = trimmed === undefined ? { seq: 0, hash: CHAIN_START } : { seq: trimmed.seq, hash: trimmed.hash };
    const last = before ?? start;
    const gapAllowed = adopted !== undefined && row.seq <= adopted.seq;
    const fault = faultOf(row, last, twoBefore, gapAllowed) ?? rewrite(row, signed.get(row.seq));
    if (fault !== undefined) return { rows: count, fault };
    twoBefore = last.hash;
    before = row;
  }
  const reached = before?.seq ?? trimmed?.seq ?? 0;
  const furthest = Math.max(0, ...checkpoints.map(({ seq }) => seq));
  if (reached < furthest) {
    return {
      rows: count,
      fault: { kind: 'cut', seq: reached, message: `the tail was cut after row ${reached}: a checkpoint was signed for row ${furthest}` },
    };
  }
  return { rows: count };
}

function faultOf(
  row: ChainedEvent,
  last: { readonly seq: number; readonly hash: string },
  twoBefore: string | undefined,
  gapAllowed: boolean,
): Fault | undefined {
  const { seq } = row;
  const own = rowHash(seq, row.prev_hash, row) === row.hash;
  if (seq !== last.seq + 1 && !gapAllowed) {
    const missing = seq - last.seq === 2 ? `row ${last.seq + 1} is missing` : `rows ${last.seq + 1} to ${seq - 1} are missing`;
    return seq <= last.seq ? fault('swapped', seq, `row ${seq} stands after row ${last.seq}`) : fault('dropped', last.seq + 1, missing);
  }
  if (own && row.prev_hash === last.hash) return undefined;
  if (twoBefore !== undefined && row.prev_hash === twoBefore)
    return fault('inserted', last.seq, `row ${last.seq} was inserted: row ${seq} follows the one before it`);
  // Chained to something else than what stands before it, under a number that is not its own.
  if (!own && row.prev_hash !== last.hash)
    return fault('swapped', seq, `row ${seq} is not the one that was written there: it was swapped, or rows were put in before it`);
  if (!own) return fault('changed', seq, `row ${seq} was changed after it was written`);
  return fault('changed', last.seq, `row ${last.seq} was changed, with a hash made for it: row ${seq} follows another one`);
}

function rewrite({ seq, hash }: ChainedEvent, signed: Checkpoint | undefined): Fault | undefined {
  if (signed === undefined || signed.hash === hash) return undefined;
  return fault('rewritten', seq, `the chain was rewritten up to row ${seq}: checkpoint ${signed.number} was signed for another one`);
}

function coverage(rows: number, checkpoints: readonly Checkpoint[], expect: string | undefined): Fault | undefined {
  const last = checkpoints.at(-1);
  if (last === undefined && rows > 0)
    return fault('unsigned', 0, 'no checkpoint is left: they were taken away, or the chain was rewritten without the key');
  if (expect === undefined || checkpoints.some((checkpoint) => checkpointName(checkpoint) === expect)) return undefined;
  return fault('cut', last?.seq ?? 0, `the trail ends before the checkpoint ${expect} that was shown`);
}

function fault(kind: Fault['kind'], seq: number, message: string): Fault {
  return { kind, seq, message };
}
