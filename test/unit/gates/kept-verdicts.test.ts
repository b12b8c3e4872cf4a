import { expect, it } from 'vitest';
import { NOTHING_RUN } from '../../../src/gates/deferred-gate.js';
import { KeptVerdicts } from '../../../src/gates/kept-verdicts.js';
import type { Trial } from '../../../src/gates/kept-verdicts.js';

const key = 'id:checks';
const late = (durationMs: number): Trial['verdict'] => ({ ...NOTHING_RUN, late: true, durationMs });
const passed: Trial = { verdict: { ...NOTHING_RUN, durationMs: 1, ran: 3 }, cutShort: false };
const failed: Trial = { verdict: { ...NOTHING_RUN, failing: ['data.a.test_slow'], durationMs: 1 }, cutShort: true };
const passing = (): Promise<Trial> => Promise.resolve(passed);
const failing = (): Promise<Trial> => Promise.resolve(failed);
const occupied = new Int32Array(new SharedArrayBuffer(4));

it('gives equal contents the verdict that was kept, of which nothing ran again', async () => {
  const kept = new KeptVerdicts();
  const bounds = { boundMs: 60_000, stop: undefined, late };
  expect(await kept.judge(key, bounds, passing)).toEqual({ verdict: passed.verdict, cached: false });
  expect(await kept.judge(key, bounds, failing)).toEqual({ verdict: { ...passed.verdict, ran: 0 }, cached: true });
});

it('keeps no verdict of a run of which a part ran out of time', async () => {
  const kept = new KeptVerdicts();
  const bounds = { boundMs: 60_000, stop: undefined, late };
  expect(await kept.judge(key, bounds, failing)).toEqual({ verdict: failed.verdict, cached: false });
  expect(await kept.judge(key, bounds, passing)).toMatchObject({ verdict: passed.verdict, cached: false });
});

it('is late also when its timer had no turn before the run ended', async () => {
  const kept = new KeptVerdicts();
  const outOfTime = (): Promise<Trial> => {
    Atomics.wait(occupied, 0, 0, 20);
    return failing();
  };
  expect((await kept.judge(key, { boundMs: 10, stop: undefined, late }, outOfTime)).verdict.late).toBe(true);
});

it('passes on that it was stopped, and any other error', async () => {
  const kept = new KeptVerdicts();
  const stop = AbortSignal.abort(new Error('stopped'));
  const untilAborted = (signal: AbortSignal): Promise<Trial> => (signal.aborted ? Promise.reject(signal.reason as Error) : passing());
  await expect(kept.judge(key, { boundMs: 60_000, stop, late }, untilAborted)).rejects.toThrow('stopped');
  const broken = (): Promise<Trial> => Promise.reject(new Error('broken'));
  await expect(kept.judge(key, { boundMs: 60_000, stop: undefined, late }, broken)).rejects.toThrow('broken');
});
