import { LRUCache } from 'lru-cache';
import { formatDuration } from '../config/duration.js';
import type { JudgeKind } from './kinds.js';
import { createFlight } from './flight.js';
import type { Flight } from './flight.js';
import type { Verdict } from './verdict.js';

/** What the cache counts; the gateway's metrics have both. */
export interface CacheMetrics {
  cacheHit(scanner: string, verdict: string, ttlBucket: string): void;
  cacheMiss(scanner: string, verdict: string, ttlBucket: string): void;
}

export interface VerdictCacheOptions {
  readonly ttlMs: number;
  readonly maxEntries: number;
  readonly metrics: CacheMetrics;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface CacheState {
  /** Verdicts of the present generation, expired ones included until they are looked at or pushed out. */
  readonly size: number;
  readonly max: number;
  readonly ttlMs: number;
  readonly hits: number;
  readonly misses: number;
  /** Verdicts that a reload overtook. */
  readonly dropped: number;
  readonly generation: number;
}

export interface Resolved {
  readonly verdict: Verdict;
  readonly cached: boolean;
  /** A reload came between the question and the answer: this is what the old policy says. */
  readonly stale: boolean;
}

interface Question {
  readonly key: string;
  readonly kind: JudgeKind;
  /** Asks the model; called at most once for all that ask the same at the same time. Its signal aborts when all of them left. */
  readonly ask: (signal: AbortSignal) => Promise<Verdict>;
  readonly signal: AbortSignal;
}

/**
 * Verdicts by key, for a while, of one generation of policies.
 *
 * 1. A asks under policy 1 and misses; the generation is noted now, not when the answer is stored.
 * 2. The policy is reloaded: `invalidate()` counts the generation up, which is all it does.
 * 3. B asks the same. A's call is of the old generation, so B does not join it and gets a call of its own.
 * 4. A's answer comes: it is A's to use, marked stale, and is not kept.
 */
export interface VerdictCache {
  /** The verdict that is kept, or what the model says. Rejects with what `ask` rejects with, or JudgeFailure when `signal` aborts. */
  resolve(question: Question): Promise<Resolved>;
  /** From now on nothing that was asked before is given to anybody who asks. O(1). */
  invalidate(): void;
  readonly state: CacheState;
}

interface Entry {
  readonly verdict: Verdict;
  readonly generation: number;
}

export function createVerdictCache({ ttlMs, maxEntries, metrics, now = () => performance.now() }: VerdictCacheOptions): VerdictCache {
  const bucket = formatDuration(ttlMs);
  const flights = new Map<string, Flight & { readonly generation: number }>();
  let generation = 1;
  let size = 0;
  let hits = 0;
  let misses = 0;
  let dropped = 0;
  const entries = new LRUCache<string, Entry>({
    max: maxEntries,
    ttl: ttlMs,
    // Its clock is asked every time: the saving of a shared reading is a timer per reading.
    ttlResolution: 0,
    perf: { now },
    dispose: (entry) => {
      if (entry.generation === generation) size -= 1;
    },
  });

  function lookup(key: string): Verdict | undefined {
    const entry = entries.get(key);
    if (entry?.generation === generation) return entry.verdict;
    if (entry !== undefined) entries.delete(key);
    return undefined;
  }

  function depart({ key, ask }: Question): Flight & { readonly generation: number } {
    const born = generation;
    const flight = {
      ...createFlight(async (signal) => {
        try {
          const verdict = await ask(signal);
          if (born !== generation) dropped += 1;
          else if (!verdict.failed) {
            entries.set(key, { verdict, generation });
            size += 1;
          }
          return verdict;
        } finally {
          // A flight of a later generation may have taken the place.
          if (flights.get(key) === flight) flights.delete(key);
        }
      }),
      generation: born,
    };
    flights.set(key, flight);
    return flight;
  }

  return {
    async resolve(question) {
      const { key, kind, signal } = question;
      const kept = lookup(key);
      if (kept !== undefined) {
        hits += 1;
        metrics.cacheHit(kind, kept.action, bucket);
        return { verdict: kept, cached: true, stale: false };
      }
      misses += 1;
      metrics.cacheMiss(kind, 'none', bucket);
      const born = generation;
      const under = flights.get(key);
      const flight = under?.generation === generation && under.boardable() ? under : depart(question);
      const verdict = await flight.board(signal);
      return { verdict, cached: false, stale: born !== generation };
    },
    invalidate() {
      generation += 1;
      size = 0;
    },
    get state() {
      return { size, max: maxEntries, ttlMs, hits, misses, dropped, generation };
    },
  };
}
