import { openThread, stopOf } from './work-apart.js';
import type { Thread } from './work-apart.js';

/** A thread for work that comes now and then, which begins warm when the last was not long ago. */
export interface KeptThread {
  /** One piece of work after the other. Throws what the work throws, and the reason of the signal, which ends the work with its thread. */
  ask<Result>(request: unknown, signal?: AbortSignal): Promise<Result>;
  /** Ends the work that runs, too. */
  close(): Promise<void>;
}

/** The thread starts with the first piece of work, and ends `idleMs` after the last. */
export function keepThread(script: URL, idleMs: number): KeptThread {
  let thread: Thread | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function end(): Promise<void> {
    clearTimeout(timer);
    const ended = thread;
    thread = undefined;
    await ended?.close();
  }

  async function work<Result>(request: unknown, stopped: Promise<never>, signal: AbortSignal | undefined): Promise<Result> {
    signal?.throwIfAborted();
    clearTimeout(timer);
    const asked = (thread ??= openThread(script));
    try {
      return await Promise.race([asked.ask<Result>(request), stopped]);
    } catch (thrown) {
      if (signal?.aborted === true) await end();
      else if (asked.ended) thread = undefined;
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
