import type { KeyObject } from 'node:crypto';
import { CHAIN_START, rowHash } from './chain.js';
import type { ChainedEvent } from './chain.js';
import { fault, faultAt } from './fault.js';
import type { Fault, Link } from './fault.js';
import { createLookAhead } from './look-ahead.js';
import { checkpointName, checkpointText, signatureHash } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import { isSignedBy, keyIdOf } from './signing-key.js';

export interface Verification {
  readonly ok: boolean;
  readonly rows: number;
  readonly checkpoints: number;
  /** The last row that a checkpoint speaks for: what came after it is chained, not signed. */
  readonly signedTo: number;
  /** Rows after that one: they could be made anew by whoever can write the file. */
  readonly unproven: number;
  readonly fault?: Fault;
}

export interface Trail {
  readonly rows: Iterable<ChainedEvent>;
  readonly checkpoints: readonly Checkpoint[];
  readonly key: KeyObject;
  /** A checkpoint that was shown elsewhere (status, log), by {@link checkpointName}: the trail has to reach as far. */
  readonly expect?: string | undefined;
  /** What could not even be read. */
  readonly damage?: Fault | undefined;
}

/** Links before a row that are remembered, and rows after it that are looked at, to name what is wrong. */
const NEAR = 20_000;

/** Walks the whole trail. Reads nothing but what it is given. */
export function verifyTrail({ rows, checkpoints, key, expect, damage }: Trail): Verification {
  const signedTo = Math.max(0, ...checkpoints.map(({ seq }) => seq));
  const signed = checkSignatures(checkpoints, key);
  const walked = walk(rows, checkpoints);
  const found = damage ?? walked.fault ?? signed ?? coverage(walked.rows, checkpoints, expect);
  return {
    ok: found === undefined,
    rows: walked.rows,
    checkpoints: checkpoints.length,
    signedTo,
    unproven: walked.unproven,
    ...(found === undefined ? {} : { fault: found }),
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

interface Walked {
  readonly rows: number;
  readonly unproven: number;
  readonly fault?: Fault;
}

function walk(rows: Iterable<ChainedEvent>, checkpoints: readonly Checkpoint[]): Walked {
  const signed = new Map(checkpoints.map((checkpoint) => [checkpoint.seq, checkpoint]));
  const isSigned = ({ seq, hash }: Link): boolean => signed.get(seq)?.hash === hash;
  const furthest = Math.max(0, ...signed.keys());
  const adopted = checkpoints.find(({ kind }) => kind === 'adopted')?.seq ?? 0;
  const { seq: from, hash: start } = checkpoints.findLast(({ kind }) => kind === 'trimmed') ?? { seq: 0, hash: CHAIN_START };
  let before: Link[] = [{ seq: from, hash: start }];
  let last: Link = { seq: from, hash: start };
  let count = 0;
  let unproven = 0;
  const ahead = createLookAhead(rows);
  for (let row = ahead.next(); row !== undefined; row = ahead.next()) {
    count += 1;
    const { seq, hash } = row;
    const ended = (found: Fault): Walked => ({ rows: count, unproven, fault: found });
    if (!follows(row, last, adopted)) return ended(faultAt({ row, before, after: ahead.coming(NEAR), isSigned }));
    const checkpoint = signed.get(seq);
    // The row that was signed may still stand further on, behind one that was put before it: then the walk breaks off there.
    if (checkpoint !== undefined && checkpoint.hash !== hash && !ahead.coming(NEAR).some((later) => later.hash === checkpoint.hash))
      return ended(rewritten(seq, checkpoint));
    last = { seq, hash };
    before.push(last);
    if (before.length > 2 * NEAR) before = before.slice(NEAR);
    if (seq > furthest) unproven += 1;
  }
  if (last.seq >= furthest) return { rows: count, unproven };
  const message = `the tail was cut after row ${last.seq}: a checkpoint was signed for row ${furthest}`;
  return { rows: count, unproven, fault: fault('cut', last.seq, message) };
}

/** Rows up to the one that was `adopted` may have gaps: some were let go before there was a chain. */
function follows(row: ChainedEvent, last: Link, adopted: number): boolean {
  const { seq, prev_hash: previous, hash } = row;
  if (seq !== last.seq + 1 && !(seq > last.seq && seq <= adopted)) return false;
  return previous === last.hash && rowHash(seq, previous, row) === hash;
}

function rewritten(seq: number, { number }: Checkpoint): Fault {
  return fault('rewritten', seq, `the chain was rewritten up to row ${seq}: checkpoint ${number} was signed for another one`);
}

function coverage(rows: number, checkpoints: readonly Checkpoint[], expect: string | undefined): Fault | undefined {
  const last = checkpoints.at(-1);
  if (last === undefined && rows === 0)
    return fault('empty', 0, 'there is nothing to verify: no row and no checkpoint, so nothing is proven');
  if (last === undefined)
    return fault('unsigned', 0, 'no checkpoint is left: they were taken away, or the chain was rewritten without the key');
  if (expect === undefined || checkpoints.some((checkpoint) => checkpointName(checkpoint) === expect)) return undefined;
  return fault('cut', last.seq, `the trail ends before the checkpoint ${expect} that was shown`);
}
