import { untilAborted } from './failure.js';
import type { Verdict } from './verdict.js';

/** One call of the provider that several requests wait for. */
export interface Flight {
  /** False once everybody has left: its call is being aborted. */
  boardable(): boolean;
  /** Waits for the answer, at most until `signal` aborts. */
  board(signal: AbortSignal): Promise<Verdict>;
}

/** Starts `call`, whose signal aborts when the last who waited has given up. */
export function createFlight(call: (signal: AbortSignal) => Promise<Verdict>): Flight {
  const controller = new AbortController();
  let waiting = 0;
  // Started a tick later, so that whoever creates the flight can note it down before its call can end.
  const answer = Promise.resolve().then(() => call(controller.signal));
  answer.catch(() => undefined);
  return {
    boardable: () => !controller.signal.aborted,
    async board(signal) {
      waiting += 1;
      try {
        return await untilAborted(signal, answer);
      } finally {
        waiting -= 1;
        if (waiting === 0) controller.abort();
      }
    },
  };
}
