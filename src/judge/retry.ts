import { setTimeout as sleep } from 'node:timers/promises';
import { abortFailure, JudgeFailure } from './failure.js';

export interface RetryOptions {
  /** Further tries after the first. */
  readonly retries: number;
  /** Waits; rejects when the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly random?: () => number;
}

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 8_000;

const pauseFor = (ms: number, signal: AbortSignal): Promise<unknown> => sleep(ms, undefined, { signal, ref: false });

/** Calls again, after pauses that double, what failed for a reason that may pass; the provider's own Retry-After goes before. */
export async function withRetries<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  { retries, pause = pauseFor, random = Math.random }: RetryOptions,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (thrown) {
      if (!(thrown instanceof JudgeFailure) || attempt >= retries || !mayPass(thrown) || signal.aborted) throw thrown;
      // A longer pause than any of ours would hold a slot that others wait for: the next model may answer sooner.
      if ((thrown.retryAfterMs ?? 0) > MAX_PAUSE_MS) throw thrown;
      const backoff = Math.min(FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS);
      // Half of it by chance, so that callers that failed together do not come back together.
      await waitFor(thrown.retryAfterMs ?? backoff / 2 + (random() * backoff) / 2, signal, pause);
    }
  }
}

async function waitFor(ms: number, signal: AbortSignal, pause: NonNullable<RetryOptions['pause']>): Promise<void> {
  try {
    await pause(ms, signal);
  } catch {
    // Only the abort ends a pause early.
    throw abortFailure(signal);
  }
}

/** Not: an answer that makes no sense, a request that is refused as such, or a deadline. */
function mayPass({ reason, status }: JudgeFailure): boolean {
  if (reason === 'rate_limited') return true;
  if (reason !== 'provider') return false;
  return status === undefined || status === 408 || status === 409 || status >= 500;
}

/** Whether a failure speaks of the provider and not of the one content: only such failures may open its circuit. */
export function speaksOfProvider({ reason, status }: JudgeFailure): boolean {
  if (reason === 'timeout' || reason === 'rate_limited') return true;
  return (
    reason === 'provider' && (status === undefined || status >= 500 || status === 401 || status === 403 || status === 404 || status === 408)
  );
}
