import { describe, expect, it } from 'vitest';
import path from 'node:path';
import { CHAIN_START, rowHash } from '../../../src/audit/chain.js';
import type { ChainedEvent } from '../../../src/audit/chain.js';
import { checkpointText, signatureHash } from '../../../src/audit/checkpoint.js';
import type { Checkpoint } from '../../../src/audit/checkpoint.js';
import { openSigner, parsePublicKey, publicKeyText } from '../../../src/audit/signing-key.js';
import { verifyTrail } from '../../../src/audit/verify.js';
import type { Verification } from '../../../src/audit/verify.js';
import { tempDir } from '../../helpers/temp-dir.js';

const event = (name: string): Omit<ChainedEvent, 'seq' | 'prev_hash' | 'hash'> => ({
  ...{ id: name, timestamp: '2026-01-01T00:00:00.000Z', action: 'test', target: '', actor: 'me', details: name, severity: 'INFO' },
});

/** A row with the hash that belongs to it. */
function made(seq: number, previous: string, name: string): ChainedEvent {
  const row = event(name);
  return { seq, ...row, prev_hash: previous, hash: rowHash(seq, previous, row) };
}

const ROWS: readonly ChainedEvent[] = (() => {
  const rows: ChainedEvent[] = [];
  for (let seq = 1; seq <= 8; seq++) rows.push(made(seq, rows.at(-1)?.hash ?? CHAIN_START, `row ${seq}`));
  return rows;
})();

const at = (seq: number): ChainedEvent => ROWS[seq - 1] ?? made(seq, CHAIN_START, 'none');
const pick = (...numbers: readonly number[]): ChainedEvent[] => numbers.map(at);
/** Numbers that rise by one, whatever stood there. */
const renumbered = (rows: readonly ChainedEvent[]): ChainedEvent[] => rows.map((row, index) => ({ ...row, seq: index + 1 }));
/** Row 3, with another one that follows it as row 4 does. */
const twin = made(4, at(3).hash, 'never happened');
const stray = { ...made(4, 'f'.repeat(64), 'never happened') };
const bare = { ...twin, hash: 'e'.repeat(64) };

async function verified(rows: readonly ChainedEvent[], signed: readonly number[] = [1, 6]): Promise<Verification> {
  const keyFile = path.join(await tempDir(), 'audit.key');
  const signer = openSigner(keyFile);
  const checkpoints: Checkpoint[] = [];
  for (const seq of signed) {
    const last = checkpoints.at(-1);
    const unsigned = {
      ...{ number: checkpoints.length + 1, kind: 'periodic' as const, seq, hash: at(seq).hash, at: '2026-01-01T00:00:00.000Z' },
      ...{ previous: last === undefined ? CHAIN_START : signatureHash(last), key_id: signer.keyId },
    };
    checkpoints.push({ ...unsigned, signature: signer.sign(checkpointText(unsigned)) });
  }
  return verifyTrail({ rows, checkpoints, key: parsePublicKey(publicKeyText(keyFile)) });
}

describe('a trail of eight rows, of which six are signed', () => {
  it('is in order, and two of its rows are not proven', async () => {
    expect(await verified(ROWS)).toMatchObject({ ok: true, rows: 8, signedTo: 6, unproven: 2 });
    expect(await verified(ROWS, [1, 8])).toMatchObject({ ok: true, unproven: 0 });
  });

  it.each<[string, readonly ChainedEvent[], string, number]>([
    ['one row changed', [...pick(1, 2), { ...at(3), details: 'x' }, ...pick(4, 5, 6, 7, 8)], 'changed', 3],
    ['one row changed that is not signed yet', [...pick(1, 2, 3, 4, 5, 6), { ...at(7), details: 'x' }, at(8)], 'changed', 7],
    ['one row changed, with a hash made for it', [...pick(1, 2), made(3, at(2).hash, 'x'), ...pick(4, 5, 6, 7, 8)], 'changed', 3],
    ['the number of a row', [...pick(1, 2), { ...at(3), seq: 30 }, ...pick(4, 5, 6, 7, 8)], 'changed', 3],
    ['the hash of a row', [...pick(1, 2), { ...at(3), hash: 'e'.repeat(64) }, ...pick(4, 5, 6, 7, 8)], 'changed', 3],
    ['the link of a row', [...pick(1, 2), { ...at(3), prev_hash: 'e'.repeat(64) }, ...pick(4, 5, 6, 7, 8)], 'changed', 3],

    ['the first row dropped', pick(2, 3, 4, 5, 6, 7, 8), 'dropped', 1],
    ['one row dropped', pick(1, 2, 4, 5, 6, 7, 8), 'dropped', 3],
    ['three rows dropped', pick(1, 2, 6, 7, 8), 'dropped', 3],
    ['one row dropped, the others numbered anew', renumbered(pick(1, 2, 4, 5, 6, 7, 8)), 'dropped', 3],
    ['one row dropped, the next one linked anew', [...pick(1, 2), made(4, at(2).hash, 'row 4'), ...pick(5, 6, 7, 8)], 'dropped', 3],

    ['two neighbours swapped', pick(1, 2, 4, 3, 5, 6, 7, 8), 'swapped', 3],
    ['the first two swapped', pick(2, 1, 3, 4, 5, 6, 7, 8), 'swapped', 1],
    ['two rows swapped far apart', pick(1, 7, 3, 4, 5, 6, 2, 8), 'swapped', 2],
    ['two rows swapped, with their numbers in order', renumbered(pick(1, 2, 5, 4, 3, 6, 7, 8)), 'swapped', 3],
    ['the last two swapped', pick(1, 2, 3, 4, 5, 6, 8, 7), 'swapped', 7],
    [
      'what two rows say swapped',
      [...pick(1, 2), { ...at(3), ...event('row 5') }, at(4), { ...at(5), ...event('row 3') }, ...pick(6, 7, 8)],
      'swapped',
      3,
    ],

    ['a row inserted that is chained', [...pick(1, 2, 3), twin, ...pick(4, 5, 6, 7, 8)], 'inserted', 4],
    ['the same, the others numbered anew', renumbered([...pick(1, 2, 3), twin, ...pick(4, 5, 6, 7, 8)]), 'inserted', 4],
    ['a row inserted after its twin', [...pick(1, 2, 3, 4), twin, ...pick(5, 6, 7, 8)], 'inserted', 4],
    ['a row inserted that is not chained', [...pick(1, 2, 3), stray, ...pick(4, 5, 6, 7, 8)], 'inserted', 4],
    ['the same, the others numbered anew', renumbered([...pick(1, 2, 3), stray, ...pick(4, 5, 6, 7, 8)]), 'inserted', 4],
    ['a row inserted with a hash that is none', [...pick(1, 2, 3), bare, ...pick(4, 5, 6, 7, 8)], 'inserted', 4],
    ['the same, the others numbered anew', renumbered([...pick(1, 2, 3), bare, ...pick(4, 5, 6, 7, 8)]), 'inserted', 4],
    ['a copy of the row before it inserted', pick(1, 2, 3, 3, 4, 5, 6, 7, 8), 'inserted', 3],
    ['a copy of a row to come inserted', pick(1, 2, 5, 3, 4, 5, 6, 7, 8), 'inserted', 5],
    ['a row inserted at the start', [made(1, CHAIN_START, 'x'), ...ROWS], 'inserted', 1],
    ['two rows inserted', [...pick(1, 2, 3), twin, made(5, twin.hash, 'x'), ...pick(4, 5, 6, 7, 8)], 'inserted', 4],
    [
      'a row inserted where one was signed',
      renumbered([...pick(1, 2, 3, 4, 5), made(6, at(5).hash, 'x'), ...pick(6, 7, 8)]),
      'inserted',
      6,
    ],

    ['the tail cut', pick(1, 2, 3, 4), 'cut', 4],
    ['every row cut', [], 'cut', 0],
  ])('%s is named', async (_name, rows, kind, seq) => {
    expect((await verified(rows)).fault).toMatchObject({ kind, seq });
  });

  it('made anew from a row on is named by the checkpoint', async () => {
    const rows = [...pick(1, 2)];
    for (let seq = 3; seq <= 8; seq++) rows.push(made(seq, rows.at(-1)?.hash ?? '', `x ${seq}`));
    expect((await verified(rows)).fault).toMatchObject({ kind: 'rewritten', seq: 6 });
    expect((await verified(rows, [])).fault).toMatchObject({ kind: 'unsigned' });
  });

  it('proves nothing when there is nothing', async () => {
    expect(await verified([], [])).toMatchObject({ ok: false, rows: 0, fault: { kind: 'empty' } });
  });
});
