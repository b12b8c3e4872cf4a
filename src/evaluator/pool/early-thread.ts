import { isDeepStrictEqual } from 'node:util';
import { startThread } from './running-thread.js';
import type { RunningThread, ThreadOptions } from './running-thread.js';

/** A thread that is started before anybody knows how threads are to be started. */
export interface EarlyThread {
  /** The thread, the first time that it is asked for, if it was started like that; it ends if not. */
  take(options: ThreadOptions): RunningThread | undefined;
  /** Ends it, unless it was taken. */
  end(): Promise<void>;
}

/** Throws what Node does when there are too many threads. */
export function startEarly(options: ThreadOptions): EarlyThread {
  let waiting: RunningThread | undefined = startThread(options);
  const end = async (): Promise<void> => {
    const unused = waiting;
    waiting = undefined;
    await unused?.worker.terminate();
  };
  return {
    take({ maxMemoryBytes, maxHeapMb, allowBuiltins, tests }) {
      const thread = waiting;
      if (!isDeepStrictEqual(options, { maxMemoryBytes, maxHeapMb, allowBuiltins, tests })) {
        void end();
        return undefined;
      }
      waiting = undefined;
      return thread;
    },
    end,
  };
}
