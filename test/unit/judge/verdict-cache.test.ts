import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JudgeFailure } from '../../../src/judge/failure.js';
import { CLEAN, failedVerdict } from '../../../src/judge/verdict.js';
import type { Verdict } from '../../../src/judge/verdict.js';
import { createVerdictCache } from '../../../src/judge/verdict-cache.js';
import type { Resolved, VerdictCache } from '../../../src/judge/verdict-cache.js';
import { recordingMetrics } from '../../helpers/judge-policies.js';

/** A signal of its own for each, as every request has one. */
function never(): AbortSignal {
  return new AbortController().signal;
}

const block: Verdict = { ...CLEAN, action: 'block', severity: 'HIGH' };

interface Bench {
  readonly cache: VerdictCache;
  readonly lines: readonly string[];
  /** Milliseconds. */
  time: number;
  /** Calls of the model so far; each ends when told. */
  readonly calls: {
    readonly answer: (verdict: Verdict) => void;
    readonly fail: (failure: JudgeFailure) => void;
    readonly signal: AbortSignal;
  }[];
  /** Asks for a key; the model's answer is awaited. */
  readonly request: (key?: string, signal?: AbortSignal) => Promise<Resolved>;
}

function createBench(ttlMs = 30_000, maxEntries = 100): Bench {
  const metrics = recordingMetrics();
  const bench: Bench = {
    time: 1,
    lines: metrics.lines,
    calls: [],
    cache: createVerdictCache({ ttlMs, maxEntries, metrics, now: () => bench.time }),
    request: (key = 'k', signal = never()) => {
      const ask = (until: AbortSignal): Promise<Verdict> =>
        new Promise((resolve, reject) => bench.calls.push({ answer: resolve, fail: reject, signal: until }));
      const resolved = bench.cache.resolve({ key, kind: 'pii', ask, signal });
      resolved.catch(() => undefined);
      return resolved;
    },
  };
  return bench;
}

/** Lets every promise that can settle do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function judged(bench: Bench, verdict = block, key?: string): Promise<Resolved> {
  const waiting = bench.request(key);
  await settle();
  bench.calls.at(-1)?.answer(verdict);
  return waiting;
}

describe('the cache of verdicts', () => {
  it('asks the model once and then answers by itself', async () => {
    const bench = createBench();
    expect(await judged(bench)).toEqual({ verdict: block, cached: false, stale: false });
    expect(await bench.request()).toEqual({ verdict: block, cached: true, stale: false });
    expect(bench.calls).toHaveLength(1);
    expect(bench.lines).toEqual(['miss pii none 30s', 'hit pii block 30s']);
    expect(bench.cache.state).toMatchObject({ size: 1, hits: 1, misses: 1, generation: 1 });
  });

  it('forgets a verdict when its time is over, however often it was used', async () => {
    const bench = createBench(50);
    await judged(bench);
    bench.time += 50;
    expect((await bench.request()).cached).toBe(true);
    bench.time += 1;
    expect((await judged(bench)).cached).toBe(false);
    expect(bench.lines.at(0)).toBe('miss pii none 50ms');
    expect(bench.cache.state.size).toBe(1);
  });

  it('forgets the verdict that was least recently used when it is full', async () => {
    const bench = createBench(30_000, 2);
    await judged(bench, block, 'a');
    await judged(bench, block, 'b');
    await bench.request('a');
    await judged(bench, block, 'c');
    expect(bench.cache.state.size).toBe(2);
    expect((await bench.request('a')).cached).toBe(true);
    expect((await judged(bench, block, 'b')).cached).toBe(false);
  });

  it.each([
    ['a failure', (bench: Bench) => bench.calls.at(-1)?.fail(new JudgeFailure('provider', 'down'))],
    ['a failed verdict', (bench: Bench) => bench.calls.at(-1)?.answer(failedVerdict('judge-pii', 'parse', 'open'))],
  ])('keeps no %s', async (_what, end) => {
    const bench = createBench();
    const first = bench.request();
    await settle();
    end(bench);
    await first.catch(() => undefined);
    expect(bench.cache.state.size).toBe(0);
    expect((await judged(bench)).cached).toBe(false);
  });
});

describe('concurrent equal requests', () => {
  it('share one call of the model', async () => {
    const bench = createBench();
    const waiting = [bench.request(), bench.request(), bench.request('other')];
    await settle();
    expect(bench.calls).toHaveLength(2);
    for (const call of bench.calls) call.answer(block);
    expect(await Promise.all(waiting)).toHaveLength(3);
  });

  it('keep the call alive until the last of them leaves', async () => {
    const bench = createBench();
    const [first, second] = [new AbortController(), new AbortController()];
    const a = bench.request('k', first.signal);
    const b = bench.request('k', second.signal);
    await settle();
    first.abort();
    await expect(a).rejects.toMatchObject({ reason: 'aborted' });
    expect(bench.calls[0]?.signal.aborted).toBe(false);
    second.abort();
    await expect(b).rejects.toMatchObject({ reason: 'aborted' });
    expect(bench.calls[0]?.signal.aborted).toBe(true);
  });

  it('do not board a call that everybody has left', async () => {
    const bench = createBench();
    const gone = new AbortController();
    const left = bench.request('k', gone.signal);
    await settle();
    gone.abort();
    await expect(left).rejects.toBeInstanceOf(JudgeFailure);
    const next = bench.request();
    await settle();
    expect(bench.calls).toHaveLength(2);
    bench.calls[1]?.answer(block);
    expect((await next).verdict).toBe(block);
  });
});

describe('a reload', () => {
  it('ends every verdict at once', async () => {
    const bench = createBench();
    await judged(bench);
    bench.cache.invalidate();
    expect(bench.cache.state).toMatchObject({ size: 0, generation: 2 });
    expect((await judged(bench, CLEAN)).verdict).toBe(CLEAN);
  });

  it('between question and answer keeps the answer out, and whoever asked learns it', async () => {
    const bench = createBench();
    const before = bench.request();
    await settle();
    bench.cache.invalidate();
    bench.calls[0]?.answer(block);
    expect(await before).toEqual({ verdict: block, cached: false, stale: true });
    expect(bench.cache.state).toMatchObject({ size: 0, dropped: 1 });
  });

  it('gives a later request a call of its own, whichever call ends first', async () => {
    const bench = createBench();
    const before = bench.request();
    await settle();
    bench.cache.invalidate();
    const after = bench.request();
    await settle();
    expect(bench.calls).toHaveLength(2);
    bench.calls[1]?.answer(CLEAN);
    expect(await after).toEqual({ verdict: CLEAN, cached: false, stale: false });
    bench.calls[0]?.answer(block);
    await before;
    expect((await bench.request()).verdict).toBe(CLEAN);
  });
});

type Step = { readonly do: 'ask'; readonly key: number } | { readonly do: 'reload' } | { readonly do: 'pass'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), key: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'reload' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(60) }) },
);

describe('under any interleaving of lookups, answers, reloads and expiries', () => {
  it('no verdict of an older generation is given, and no key is asked twice at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 4, maxLength: 24 }), async (scheduler, steps) => {
        let policy = 1;
        let time = 1;
        const running = new Map<string, number>();
        const cache = createVerdictCache({ ttlMs: 40, maxEntries: 2, metrics: recordingMetrics(), now: () => time });

        /** Judges by the policy of the moment it is called. */
        async function ask(key: number): Promise<Verdict> {
          const flight = `${key}@${policy}`;
          running.set(flight, (running.get(flight) ?? 0) + 1);
          expect(running.get(flight)).toBe(1);
          const verdict = { ...CLEAN, reason: String(policy) };
          await scheduler.schedule(Promise.resolve(), `model answers ${flight}`);
          running.delete(flight);
          return verdict;
        }

        async function request(key: number): Promise<void> {
          const asked = policy;
          const { verdict, cached, stale } = await cache.resolve({ key: String(key), kind: 'pii', ask: () => ask(key), signal: never() });
          expect(Number(verdict.reason)).toBeGreaterThanOrEqual(asked);
          if (cached) expect(Number(verdict.reason)).toBe(asked);
          if (!stale) expect(Number(verdict.reason)).toBe(policy);
        }

        const requests: Promise<void>[] = [];
        for (const [index, current] of steps.entries()) {
          const turn = scheduler.schedule(Promise.resolve(), `${index}: ${JSON.stringify(current)}`).then(() => {
            if (current.do === 'ask') requests.push(request(current.key));
            else if (current.do === 'pass') time += current.ms;
            else {
              policy += 1;
              cache.invalidate();
            }
          });
          turn.catch(() => undefined);
        }
        await scheduler.waitIdle();
        await Promise.all(requests);
        expect(cache.state.size).toBeLessThanOrEqual(2);
        expect(cache.state.size).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });
});
