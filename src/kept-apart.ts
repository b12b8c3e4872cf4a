import { stopOf } from './work-apart.js';
import type { Apart } from './work-apart.js';

/** What does work that comes now and then, and begins warm when the last was not long ago. */
export interface KeptApart {
  /** One piece of work after the other. Throws what the work throws, and the reason of the signal, which ends what does the work, too. */
  ask<Result>(request: unknown, signal?: AbortSignal): Promise<Result>;
  /** Ends the work that runs, too. */
  close(): Promise<void>;
}

/** What `open` gives is opened with the first piece of work, and ends `idleMs` after the last. */
export function keepApart(open: () => Apart, idleMs: number): KeptApart {
  let apart: Apart | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function end(): Promise<void> {
    clearTimeout(timer);
    const ended = apart;
    apart = undefined;
    await ended?.close();
  }

  async function work<Result>(request: unknown, stopped: Promise<never>, signal: AbortSignal | undefined): Promise<Result> {
    signal?.throwIfAborted();
    clearTimeout(timer);
    const asked = (apart ??= open());
    try {
      return await Promise.race([asked.ask<Result>(request), stopped]);
    } catch (thrown) {
      if (signal?.aborted === true) await end();
      else if (asked.ended) apart = undefined;
      throw thrown;
    } finally {
      timer = setTimeout(() => void end(), idleMs).unref();
    }
  }

  return {
    async ask<Result>(request: unknown, signal?: AbortSignal) {
      const ended = new AbortController();
      const stopped = stopOf(signal, ended.signal);
      stopped.catch(() => undefined);
      const answer = turn.then(() => work<Result>(request, stopped, signal));
      turn = answer.catch(() => undefined);
      try {
        // Who waits for others waits no longer than that either.
        return await Promise.race([answer, stopped]);
      } finally {
        ended.abort();
      }
    },
    close: end,
  };
}
