import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditStore } from '../../src/audit/audit-store.js';
import { rowHash } from '../../src/audit/chain.js';
import type { ChainedEvent } from '../../src/audit/chain.js';
import { openStateDatabase } from '../../src/audit/database.js';
import { openSigner } from '../../src/audit/signing-key.js';
import { cliEnv, runCli } from '../helpers/daemon.js';
import type { CliResult } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

const ROWS = 6;

let home: string;
/** Lines of an export: the rows, then the checkpoints. */
let exported: readonly string[];
let key: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-audit-'));
  const database = openStateDatabase(path.join(home, 'gateway.db'));
  const store = createAuditStore({ database, signer: openSigner(path.join(home, 'audit.key')), instance: '127.0.0.1:18970/1' });
  for (let row = 1; row <= ROWS; row++) store.append({ action: 'test', target: `thing:${row}`, details: `row ${row}` });
  store.seal();
  database.close();
  const env = cliEnv(home);
  exported = (await runCli(['audit', 'export'], env)).stdout.trimEnd().split('\n');
  key = path.join(home, 'audit.pub');
  await writeFile(key, (await runCli(['audit', 'key'], env)).stdout);
});

afterAll(() => rm(home, { recursive: true, force: true }));

const rowAt = (line: string | undefined): ChainedEvent => JSON.parse(line ?? '') as ChainedEvent;

async function verify(lines: readonly string[]): Promise<CliResult> {
  const elsewhere = await tempDir({ 'export.jsonl': `${lines.join('\n')}\n` });
  return runCli(['audit', 'verify', '--file', path.join(elsewhere, 'export.jsonl'), '--key', key], cliEnv(elsewhere));
}

/** Every hash made anew, as whoever knows the code and not the key can. */
function rehashed(lines: readonly string[]): string[] {
  let previous = '0'.repeat(64);
  return lines.map((line) => {
    if (line.startsWith('{"checkpoint"')) return line;
    const row = rowAt(line);
    const hash = rowHash(row.seq, previous, row);
    const made = JSON.stringify({ ...row, prev_hash: previous, hash });
    previous = hash;
    return made;
  });
}

const edited = (lines: readonly string[]): string[] => lines.map((line) => line.replace('row 3', 'row x'));

describe('audit verify --file --key, on another machine', () => {
  it('finds an export as it was written in order', async () => {
    expect(exported.filter((line) => !line.startsWith('{"checkpoint"'))).toHaveLength(ROWS);
    expect(await verify(exported)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/6 rows in order, 2 checkpoints, signed up to row 6/u) as string,
    });
  });

  it.each<[string, (lines: string[]) => readonly string[], RegExp]>([
    ['a byte flipped', edited, /changed: row 3 /u],
    ['a row dropped', (lines) => lines.filter((_, index) => index !== 2), /dropped: row 3 is missing/u],
    ['two rows swapped', ([a, b, c, d, ...rest]) => [a ?? '', b ?? '', d ?? '', c ?? '', ...rest], /swapped: row 4 stands where row 3 /u],
    [
      'a letter of a line flipped',
      (lines) => lines.map((line, index) => (index === 2 ? line.replace('"hash"', '"hasg"') : line)),
      /changed: line 3, after row 2,/u,
    ],
    [
      'an end of a line cut off',
      (lines) => lines.map((line, index) => (index === 2 ? line.slice(0, -1) : line)),
      /changed: line 3, after row 2,/u,
    ],
    ['nothing left', () => [], /empty: there is nothing to verify/u],
    [
      'a row inserted',
      (lines) => {
        const before = rowAt(lines[2]);
        const forged = { ...before, seq: 4, id: 'forged', details: 'never happened', prev_hash: before.hash };
        const shifted = lines
          .slice(3)
          .map((line) => (line.startsWith('{"checkpoint"') ? line : JSON.stringify({ ...rowAt(line), seq: rowAt(line).seq + 1 })));
        return [...lines.slice(0, 3), JSON.stringify({ ...forged, hash: rowHash(4, before.hash, forged) }), ...shifted];
      },
      /inserted: row 4 /u,
    ],
    ['the tail cut', (lines) => [...lines.slice(0, 4), ...lines.slice(ROWS)], /cut: .*row 4/u],
    ['all of it rewritten', (lines) => rehashed(edited(lines)), new RegExp(`rewritten: .*row ${ROWS}`, 'u')],
    ['all of it rewritten, without checkpoints', (lines) => rehashed(edited(lines)).slice(0, ROWS), /unsigned: /u],
  ])('names %s, and ends with 1', async (_name, tamper, says) => {
    const { code, stdout } = await verify(tamper([...exported]));
    expect(stdout).toMatch(says);
    expect(code).toBe(1);
  });

  it('counts the rows that no checkpoint speaks for yet', async () => {
    const last = rowAt(exported[ROWS - 1]);
    const next = { ...last, seq: ROWS + 1, id: 'next', prev_hash: last.hash };
    const { code, stdout } = await verify([
      ...exported.slice(0, ROWS),
      JSON.stringify({ ...next, hash: rowHash(next.seq, last.hash, next) }),
      ...exported.slice(ROWS),
    ]);
    expect(stdout).toMatch(/7 rows in order.*signed up to row 6[^]*1 row after it not proven yet/u);
    expect(code).toBe(0);
  });

  it('takes nobody else for the signer', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    await writeFile(path.join(home, 'other.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    const file = path.join(home, 'export.jsonl');
    await writeFile(file, `${exported.join('\n')}\n`);
    const { code, stdout } = await runCli(['audit', 'verify', '--file', file, '--key', path.join(home, 'other.pub')], cliEnv(home));
    expect(stdout).toMatch(/forged: checkpoint 1 .*another key/u);
    expect(code).toBe(1);
  });
});

describe('audit list', () => {
  it('tells in a pipe what was done to what, by which gateway', async () => {
    const { stdout } = await runCli(['audit', 'list', '--limit', '2'], cliEnv(home));
    expect(stdout).toMatch(/TIME +ACTION +TARGET +OUTCOME +INSTANCE +DETAILS/u);
    expect(stdout).toMatch(/test +thing:6 .*127\.0\.0\.1:18970\/1 +row 6/u);
  });
});
