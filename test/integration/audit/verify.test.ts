import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuditStore } from '../../../src/audit/audit-store.js';
import type { AuditStoreOptions } from '../../../src/audit/audit-store.js';
import { rowHash } from '../../../src/audit/chain.js';
import { checkpointName } from '../../../src/audit/checkpoint.js';
import { openStateDatabase } from '../../../src/audit/database.js';
import type { StateDatabase } from '../../../src/audit/database.js';
import { openSigner, parsePublicKey, publicKeyText } from '../../../src/audit/signing-key.js';
import { verifyTrail } from '../../../src/audit/verify.js';
import type { Verification } from '../../../src/audit/verify.js';
import { tempDir } from '../../helpers/temp-dir.js';

interface Scene {
  readonly database: StateDatabase;
  readonly keyFile: string;
  readonly store: ReturnType<typeof createAuditStore>;
  verify(expected?: string): Verification;
}

/** A trail of some rows that ends with a checkpoint. */
async function sealed(rows: number, options: Partial<AuditStoreOptions> = {}): Promise<Scene> {
  const dir = await tempDir();
  const database = openStateDatabase(path.join(dir, 'gateway.db'));
  onTestFinished(() => database.close());
  const keyFile = path.join(dir, 'audit.key');
  const store = createAuditStore({ database, signer: openSigner(keyFile), instance: 'one', ...options });
  for (let row = 1; row <= rows; row++) store.append({ action: 'test', details: `row ${row}` });
  store.seal();
  const verify = (expected?: string): Verification =>
    verifyTrail({ rows: store.rows(), checkpoints: store.checkpoints(), key: parsePublicKey(publicKeyText(keyFile)), expect: expected });
  return { database, keyFile, store, verify };
}

/** Makes every hash anew, as somebody could who knows the code but not the key. */
function rehash({ database, store }: Scene): void {
  let previous = '0'.repeat(64);
  for (const row of [...store.rows()]) {
    const hash = rowHash(row.seq, previous, row);
    database.run('UPDATE audit_events SET prev_hash = ?, hash = ? WHERE seq = ?', [previous, hash, row.seq]);
    previous = hash;
  }
}

const swap = ({ database }: Scene): void => {
  database.run('UPDATE audit_events SET seq = -1 WHERE seq = 3', []);
  database.run('UPDATE audit_events SET seq = 3 WHERE seq = 4', []);
  database.run('UPDATE audit_events SET seq = 4 WHERE seq = -1', []);
};

const insert = ({ database, store }: Scene): void => {
  for (let seq = 6; seq >= 4; seq--) database.run('UPDATE audit_events SET seq = seq + 1 WHERE seq = ?', [seq]);
  const row = [...store.rows()].find(({ seq }) => seq === 3);
  if (row === undefined) throw new Error('Expected row 3');
  const forged = { ...row, id: 'forged', details: 'never happened' };
  const values = [
    'forged',
    row.timestamp,
    row.action,
    '',
    row.actor,
    'never happened',
    'INFO',
    'one',
    row.hash,
    rowHash(4, row.hash, forged),
  ];
  database.run(
    `INSERT INTO audit_events (seq, id, timestamp, action, target, actor, details, severity, instance, prev_hash, hash)
     VALUES (4, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    values,
  );
};

describe('a trail', () => {
  it('is in order as it was written, by two gateways too, and its key is private', async () => {
    const scene = await sealed(6);
    const other = createAuditStore({
      database: openStateDatabase(scene.database.file),
      signer: openSigner(scene.keyFile),
      instance: 'two',
    });
    for (let turn = 0; turn < 5; turn++) for (const store of [scene.store, other]) store.append({ action: 'test' });
    other.seal();
    expect(scene.verify()).toMatchObject({ ok: true, rows: 16, signedTo: 16 });
    expect(new Set([...scene.store.rows()].map(({ instance }) => instance))).toEqual(new Set(['one', 'two']));
    expect((await stat(scene.keyFile)).mode & 0o777).toBe(0o600);
  });

  it.each<[string, (scene: Scene) => void, Partial<Verification['fault']>]>([
    [
      'a byte flipped',
      ({ database }) => database.run(`UPDATE audit_events SET details = 'row x' WHERE seq = 3`, []),
      { kind: 'changed', seq: 3 },
    ],
    ['a row dropped', ({ database }) => database.run('DELETE FROM audit_events WHERE seq = 3', []), { kind: 'dropped', seq: 3 }],
    ['two rows swapped', swap, { kind: 'swapped', seq: 3 }],
    ['a row inserted', insert, { kind: 'inserted', seq: 4 }],
    ['the tail cut', ({ database }) => database.run('DELETE FROM audit_events WHERE seq > 4', []), { kind: 'cut', seq: 4 }],
    [
      'a row changed and all hashes made anew',
      (scene) => {
        scene.database.run(`UPDATE audit_events SET details = 'row x' WHERE seq = 3`, []);
        rehash(scene);
      },
      { kind: 'rewritten', seq: 6 },
    ],
    [
      'the same, without the checkpoints',
      (scene) => {
        scene.database.run(`UPDATE audit_events SET details = 'row x' WHERE seq = 3`, []);
        rehash(scene);
        scene.database.run('DELETE FROM audit_checkpoints', []);
      },
      { kind: 'unsigned' },
    ],
    [
      'a checkpoint made to fit',
      (scene) => {
        scene.database.run(`UPDATE audit_events SET details = 'row x' WHERE seq = 3`, []);
        rehash(scene);
        const last = [...scene.store.rows()].at(-1)?.hash ?? '';
        scene.database.run('UPDATE audit_checkpoints SET hash = ? WHERE seq = 6', [last]);
      },
      { kind: 'forged', seq: 6 },
    ],
  ])('%s is named', async (_name, tamper, fault) => {
    const scene = await sealed(6);
    expect(scene.verify().ok).toBe(true);
    tamper(scene);
    expect(scene.verify()).toMatchObject({ ok: false, fault });
  });

  it('that was cut together with its checkpoints does not reach the one that was shown', async () => {
    const scene = await sealed(6);
    for (let row = 0; row < 3; row++) scene.store.append({ action: 'test' });
    scene.store.seal();
    const shown = scene.store.checkpoint === undefined ? '' : checkpointName(scene.store.checkpoint);
    expect(scene.verify(shown).ok).toBe(true);
    scene.database.run('DELETE FROM audit_events WHERE seq > 6', []);
    scene.database.run('DELETE FROM audit_checkpoints WHERE seq > 6', []);
    expect(scene.verify().ok).toBe(true);
    expect(scene.verify(shown)).toMatchObject({ ok: false, fault: { kind: 'cut' } });
  });

  it('of before is adopted by a checkpoint', async () => {
    const scene = await sealed(6);
    scene.database.run('DELETE FROM audit_checkpoints', []);
    scene.database.run('UPDATE audit_events SET prev_hash = NULL, hash = NULL', []);
    scene.database.run('DELETE FROM audit_events WHERE seq = 2', []);
    const adopting = createAuditStore({ database: scene.database, signer: openSigner(scene.keyFile) });
    expect(adopting.checkpoint).toMatchObject({ kind: 'adopted', seq: 6 });
    adopting.append({ action: 'test' });
    adopting.seal();
    expect(scene.verify()).toMatchObject({ ok: true, rows: 6 });
  });

  it('still verifies after retention by number and by age', async () => {
    const days = (count: number): string => new Date(Date.UTC(2026, 0, 1 + count)).toISOString();
    const scene = await sealed(0, { maxEvents: 100, maxAgeMs: 24 * 60 * 60 * 1000, now: () => new Date(days(10)) });
    for (let row = 0; row < 20; row++) scene.store.append({ action: 'old', timestamp: days(0) });
    for (let row = 0; row < 600; row++) scene.store.append({ action: 'new', timestamp: days(10) });
    scene.store.seal();
    const verification = scene.verify();
    expect(verification.ok).toBe(true);
    expect(verification.rows).toBeLessThan(100 + 256 + 1);
    expect([...scene.store.rows()].every(({ action }) => action === 'new')).toBe(true);
    expect(scene.store.checkpoints().map(({ kind }) => kind)).toContain('trimmed');
  });
});
