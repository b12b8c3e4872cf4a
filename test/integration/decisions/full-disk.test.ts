import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDecisions } from '../../../src/decisions/reader.js';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const KIB = 1024;

/** Whoever may not mount anything has no disk that can be filled up. */
test.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'a full disk costs records, counts them, shows in /health and never fails a decision; with room again records are kept again',
  async () => {
    const dataDir = await tempDir();
    const folder = path.join(dataDir, 'decisions');
    await mkdir(folder);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', folder]);
    expect(mounted.stderr.toString()).toBe('');
    onTestFinished(() => void spawnSync('umount', ['-l', folder]));
    const policies = await tempDir({ 'app.rego': 'package app\n\nallow if input.n > 0\n' });
    const { call, log } = await startTestGateway(policies, { data_dir: dataDir });
    const reader = openDecisions(folder);
    const ask = async (n: number): Promise<string> => {
      const answer = await call('POST', '/v1/data/app/allow', { input: { n, pad: 'x'.repeat(4 * KIB) } });
      expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('true') as string });
      return answer.headers.get('x-decision-id') ?? '';
    };
    const decisions = async (): Promise<{ state: string; details: { lost: { disk: number } } }> =>
      ((await call('GET', '/health')).json() as { decisions: Awaited<ReturnType<typeof decisions>> }).decisions;

    const before = await ask(1);
    expect((await waitFor('the first record', () => reader.find(before))).record).toMatchObject({ input: { n: 1 } });

    const filler = path.join(folder, 'filler');
    await writeFile(filler, Buffer.alloc(512 * KIB)).catch((error: unknown) => expect(error).toMatchObject({ code: 'ENOSPC' }));
    let n = 2;
    await waitFor('records to be lost', async () => {
      await ask(n++);
      const { state, details } = await decisions();
      return state === 'error' && details.lost.disk > 0;
    });
    expect((await call('GET', '/metrics')).text).toMatch(/defenseclaw_decision_records_total\{outcome="lost_disk"\} [1-9]/u);
    expect(log.records.some(({ level, message }) => level === 'error' && message.includes('ENOSPC'))).toBe(true);

    await rm(filler);
    const after = await ask(n);
    expect((await waitFor('a record with room again', () => reader.find(after))).record).toMatchObject({ input: { n } });
    expect(await decisions()).toMatchObject({ state: 'running' });
    // What was half written is gone: the record before and the one after stand, and all between them are whole.
    for await (const { record } of reader.read()) expect(record).toMatchObject({ path: 'app/allow', result: true });
    expect((await reader.find(before))?.record).toMatchObject({ input: { n: 1 } });
  },
);
