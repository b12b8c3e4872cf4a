import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/history/entry.js';
import { EntryLog } from '../../../src/history/entry-log.js';
import { Heads } from '../../../src/history/heads.js';
import { silentLog } from '../../../src/log.js';

const ENTRY: Omit<Entry, 'number' | 'format'> = {
  at: '2026-01-01T00:00:00.000Z',
  instance: 'abc',
  trigger: 'api',
  status: 'reloaded',
  modules: 1,
  durationMs: 1,
  warnings: 0,
  diagnostics: [],
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'defenseclaw-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function openStore(): { readonly entries: EntryLog; readonly heads: Heads } {
  return { entries: new EntryLog(path.join(folder, 'entries'), silentLog), heads: new Heads(path.join(folder, 'heads'), silentLog) };
}

function standing(number: number): Parameters<Heads['stage']>[0] {
  return { instance: 'abc', policyDir: '/p', address: 'a:1', serving: undefined, number, pin: undefined };
}

const filesIn = async (name: string): Promise<string[]> => (await readdir(path.join(folder, name))).sort();

describe('an entry and the mark that tells of it', () => {
  it('are both there afterwards', async () => {
    const { entries, heads } = openStore();
    const { number } = await entries.append(ENTRY, (taken) => heads.stage(standing(taken)));
    expect(number).toBe(1);
    expect((await heads.read('abc'))?.number).toBe(1);
    expect(await filesIn('entries')).toEqual(['0000000001.json']);
    expect(await filesIn('heads')).toEqual(['abc.json']);
  });

  it('agree where a neighbour takes the number meanwhile', async () => {
    const { entries, heads } = openStore();
    const neighbour = openStore().entries;
    const { number } = await entries.append(ENTRY, async (taken) => {
      if (taken === 1) await neighbour.append({ ...ENTRY, instance: 'def' });
      return heads.stage(standing(taken));
    });
    expect(number).toBe(2);
    expect((await heads.read('abc'))?.number).toBe(2);
    expect((await entries.all()).map(({ instance }) => instance)).toEqual(['def', 'abc']);
    expect(await filesIn('heads')).toEqual(['abc.json']);
  });

  it('are both left out when the mark cannot be written', async () => {
    const { entries, heads } = openStore();
    await heads.write(standing(7));
    await expect(entries.append(ENTRY, () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    expect(await filesIn('entries')).toEqual([]);
    expect((await heads.read('abc'))?.number).toBe(7);
  });

  it('leaves no mark when the entry cannot be written', async () => {
    const { entries, heads } = openStore();
    await rm(path.join(folder, 'entries'), { recursive: true });
    await expect(entries.append(ENTRY, async (taken) => heads.stage(standing(taken)))).rejects.toThrow('ENOENT');
    expect(await filesIn('heads')).toEqual([]);
  });
});
