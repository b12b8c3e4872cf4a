import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sideOf } from '../../../src/gateway/measure-impact.js';
import { keepReplays, replayApart } from '../../../src/impact/replay-apart.js';
import type { ReplayRequest } from '../../../src/impact/replay-apart.js';
import { compileRego } from '../../helpers/compile.js';
import { childrenOf, environmentOf, schedulingOf } from '../../helpers/processes.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const SCHED_IDLE = 5;
const RECORDED = 5;

const record = (n: number): string => JSON.stringify({ decision_id: String(n), path: 'a/allow', input: { n }, result: n > 1 });

/** Decisions of a policy that allows what is over 1, on one that allows what is over `limit`. */
async function request(limit: number): Promise<ReplayRequest> {
  const dir = await tempDir({ 'log.jsonl': Array.from({ length: RECORDED }, (_, n) => record(n)).join('\n') });
  const policy = await compileRego({ 'a.rego': `package a\n\ndefault allow := false\n\nallow if input.n > ${limit}\n` });
  const after = sideOf({ id: `limit ${limit}`, policy, data: Buffer.from('{}') });
  return { before: undefined, after, maxMemoryBytes: 2 ** 27, from: { file: path.join(dir, 'log.jsonl') }, filter: {}, limit: 100 };
}

const replayProcesses = (): number[] =>
  childrenOf(process.pid).flatMap(({ pid, command }) => (command.includes('replay-process') ? [pid] : []));

describe('recorded decisions are run again in a process of their own', () => {
  it('which is kept for the next time, sees nothing of the environment, and ends when it is closed', async () => {
    const replays = keepReplays();
    onTestFinished(() => replays.close());
    expect(await replays.replay(await request(2))).toMatchObject({ replayed: RECORDED, allow_to_deny: 1, deny_to_allow: 0 });
    const [pid = 0, ...others] = replayProcesses();
    expect(others).toEqual([]);
    expect(environmentOf(pid).filter((name) => !name.startsWith('NODE_CHANNEL'))).toEqual([]);
    expect(await replays.replay(await request(0))).toMatchObject({ replayed: RECORDED, allow_to_deny: 0, deny_to_allow: 1 });
    expect(replayProcesses()).toEqual([pid]);
    await replays.close();
    expect(replayProcesses()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('all of whose threads get the time that nobody else asks for', async () => {
    const replays = keepReplays();
    onTestFinished(() => replays.close());
    await replays.replay(await request(2));
    const threads = replayProcesses().flatMap(schedulingOf);
    expect(threads.length).toBeGreaterThan(1);
    expect(new Set(threads)).toEqual(new Set([SCHED_IDLE]));
  });

  it('also where there is no binary of the compiler to start it', async () => {
    const replay = replayApart({ compilerPath: '/nowhere/rego-compiler' });
    expect(await replay(await request(2))).toMatchObject({ replayed: RECORDED, allow_to_deny: 1 });
    expect(replayProcesses()).toEqual([]);
  });

  it('and one that is killed costs the replay that ran, not the next', async () => {
    const replays = keepReplays();
    onTestFinished(() => replays.close());
    await replays.replay(await request(2));
    const [pid = 0] = replayProcesses();
    process.kill(pid, 'SIGSTOP');
    const lost = replays.replay(await request(2));
    process.kill(pid, 'SIGKILL');
    await expect(lost).rejects.toThrow('ended without an answer');
    await waitFor('the end of the process', () => replayProcesses().length === 0);
    expect(await replays.replay(await request(2))).toMatchObject({ replayed: RECORDED });
  });

  it('and a signal ends it with the reason', async () => {
    const replays = keepReplays();
    onTestFinished(() => replays.close());
    await replays.replay(await request(2));
    const [pid = 0] = replayProcesses();
    process.kill(pid, 'SIGSTOP');
    const late = new AbortController();
    const lost = replays.replay(await request(2), late.signal);
    lost.catch(() => undefined);
    // It has been asked by then.
    await nextTurn();
    late.abort(new Error('ran for too long'));
    await expect(lost).rejects.toThrow('ran for too long');
    expect(await replays.replay(await request(2))).toMatchObject({ replayed: RECORDED });
  });
});
