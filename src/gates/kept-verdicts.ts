import { LRUCache } from 'lru-cache';
import type { Judged } from './deferred-gate.js';
import type { Verdict } from './gate-report.js';

/** Verdicts that are kept: of the contents that people go back and forth between. */
const KEPT = 32;

export interface Trial {
  readonly verdict: Verdict;
  /** Something in it ran out of time. It may come to another verdict the next time, and is not kept. */
  readonly cutShort: boolean;
}

export interface TrialBounds {
  /** Of the whole run, in ms. */
  readonly boundMs: number;
  /** Breaks the run off. */
  readonly stop: AbortSignal | undefined;
  /** The verdict when the run did not end in time, or an error to throw. */
  readonly late: (durationMs: number) => Verdict;
}

type Run = (signal: AbortSignal, passedMs: () => number) => Promise<Trial>;

/** What a gate found by running something, by what names all that the verdict depends on. */
export class KeptVerdicts {
  readonly #kept = new LRUCache<string, Verdict>({ max: KEPT });

  /** `run` is given how many ms it has taken so far, and throws the reason of its signal. */
  async judge(key: string, bounds: TrialBounds, run: Run): Promise<Judged> {
    const known = this.#kept.get(key);
    if (known !== undefined) return { verdict: { ...known, ran: 0 }, cached: true };
    const { verdict, cutShort } = await withinBound(bounds, run);
    if (!cutShort) this.#kept.set(key, verdict);
    return { verdict, cached: false };
  }
}

async function withinBound({ boundMs, stop, late }: TrialBounds, run: Run): Promise<Trial> {
  const start = performance.now();
  const passedMs = (): number => Math.round((performance.now() - start) * 1e3) / 1e3;
  const timer = AbortSignal.timeout(boundMs);
  try {
    const trial = await run(stop === undefined ? timer : AbortSignal.any([timer, stop]), passedMs);
    // A part may have as much time as the whole: on a busy machine its end is heard of before this timer's.
    return trial.cutShort && passedMs() >= boundMs ? { verdict: late(passedMs()), cutShort: true } : trial;
  } catch (thrown) {
    if (!timer.aborted || stop?.aborted === true) throw thrown;
    return { verdict: late(passedMs()), cutShort: true };
  }
}
