import { openThread } from './work-apart.js';
import type { Thread } from './work-apart.js';

/** A thread for work that comes now and then, which begins warm when the last was not long ago. */
export interface KeptThread {
  /** One piece of work after the other. Throws what the work throws. */
  ask<Result>(request: unknown): Promise<Result>;
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

  async function work<Result>(request: unknown): Promise<Result> {
    clearTimeout(timer);
    const asked = (thread ??= openThread(script));
    try {
      return await asked.ask<Result>(request);
    } catch (thrown) {
      if (asked.ended) thread = undefined;
      throw thrown;
    } finally {
      timer = setTimeout(() => void end(), idleMs).unref();
    }
  }

  return {
    ask<Result>(request: unknown) {
      const answer = turn.then(() => work<Result>(request));
      turn = answer.catch(() => undefined);
      return answer;
    },
    close: end,
  };
}
