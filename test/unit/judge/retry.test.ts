import { describe, expect, it } from 'vitest';
import { JudgeFailure } from '../../../src/judge/failure.js';
import { speaksOfProvider, withRetries } from '../../../src/judge/retry.js';

/** Fails with these one after the other, then answers. */
function failing(...failures: readonly JudgeFailure[]): { call: () => Promise<string>; readonly calls: () => number } {
  let calls = 0;
  return {
    call: () => {
      const failure = failures[calls];
      calls += 1;
      return failure === undefined ? Promise.resolve('answer') : Promise.reject(failure);
    },
    calls: () => calls,
  };
}

function recordedPauses(): { pauses: number[]; pause: (ms: number) => Promise<void> } {
  const pauses: number[] = [];
  return {
    pauses,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  };
}

const never = new AbortController().signal;
const down = new JudgeFailure('provider', 'down', { status: 503 });

describe('retries', () => {
  it('pause twice as long each time, within bounds, half of it by chance', async () => {
    const { pauses, pause } = recordedPauses();
    const job = failing(...Array.from({ length: 8 }, () => down));
    expect(await withRetries(job.call, never, { retries: 8, pause, random: () => 1 })).toBe('answer');
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
    const lucky = recordedPauses();
    await withRetries(failing(down).call, never, { retries: 1, pause: lucky.pause, random: () => 0 });
    expect(lucky.pauses).toEqual([125]);
  });

  it('wait as long as the provider asks for', async () => {
    const { pauses, pause } = recordedPauses();
    await withRetries(failing(new JudgeFailure('rate_limited', '', { status: 429, retryAfterMs: 3000 })).call, never, {
      retries: 1,
      pause,
    });
    expect(pauses).toEqual([3000]);
  });

  it('do not wait when the provider asks for more than any pause of ours', async () => {
    const { pauses, pause } = recordedPauses();
    const limited = new JudgeFailure('rate_limited', '', { status: 429, retryAfterMs: 60_000 });
    await expect(withRetries(failing(limited).call, never, { retries: 3, pause })).rejects.toBe(limited);
    expect(pauses).toEqual([]);
  });

  it('end with the failure when they are used up', async () => {
    const job = failing(down, down, down);
    await expect(withRetries(job.call, never, { retries: 2, pause: recordedPauses().pause })).rejects.toBe(down);
    expect(job.calls()).toBe(3);
  });

  const final: readonly [string, JudgeFailure][] = [
    ['a bad request', new JudgeFailure('provider', '', { status: 400 })],
    ['a refused key', new JudgeFailure('provider', '', { status: 401 })],
    ['an answer that cannot be read', new JudgeFailure('parse', '')],
    ['a deadline', new JudgeFailure('timeout', '')],
    ['an open circuit', new JudgeFailure('circuit_open', '')],
  ];
  it.each(final)('are not made after %s', async (_what, failure) => {
    const job = failing(failure);
    await expect(withRetries(job.call, never, { retries: 5 })).rejects.toBe(failure);
    expect(job.calls()).toBe(1);
  });

  it('end in the middle of a pause when nobody waits any more', async () => {
    const controller = new AbortController();
    const waiting = withRetries(failing(down).call, controller.signal, { retries: 1 });
    setImmediate(() => controller.abort());
    await expect(waiting).rejects.toMatchObject({ reason: 'aborted' });
  });
});

describe('what may open a circuit', () => {
  it.each([
    [true, 'an outage', down],
    [true, 'a refused key', new JudgeFailure('provider', '', { status: 401 })],
    [true, 'a connection that fails', new JudgeFailure('provider', '')],
    [true, 'a deadline', new JudgeFailure('timeout', '')],
    [false, 'a request that its content spoiled', new JudgeFailure('provider', '', { status: 400 })],
    [false, 'an answer that its content spoiled', new JudgeFailure('parse', '')],
    [false, 'a caller that left', new JudgeFailure('aborted', '')],
    [false, 'an endless answer', new JudgeFailure('too_large', '')],
  ])('%s: %s', (opens, _what, failure) => {
    expect(speaksOfProvider(failure)).toBe(opens);
  });
});
