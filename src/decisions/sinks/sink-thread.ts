import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../start-worker.js';
import type { SinkSettings, SinkStates } from './sink.js';

export type SinkCommand = { readonly type: 'frame'; readonly frame: Uint8Array } | { readonly type: 'close'; readonly ms: number };

export type SinkEvent =
  | { readonly type: 'taken'; readonly bytes: number; readonly states: SinkStates }
  | { readonly type: 'states'; readonly states: SinkStates }
  | { readonly type: 'closed'; readonly states: SinkStates };

/** Where records go besides the folder, all of them on a thread of its own. Nobody waits for it. */
export interface SinkThread {
  push(frame: Uint8Array, records: number): void;
  /** By the name of the sink, as they were told last. */
  readonly states: SinkStates;
  /** Sends what waits, for two seconds at most. */
  close(): Promise<void>;
}

/** Bytes that may be on their way to the thread. */
const MAX_WAITING = 8 * 1024 * 1024;
const CLOSE_MS = 2_000;
/** What the thread may take beyond that until it says so. */
const GRACE_MS = 500;

const SCRIPT = new URL('./sink-worker.js', import.meta.url);

/** `onTrouble` is told why records do not arrive, each time. */
export function createSinkThread(settings: SinkSettings, onTrouble: (message: string) => void): SinkThread {
  let worker: Worker | undefined = start();
  let waiting = 0;
  /** Lost on the way to the thread, or with it. */
  let lost = 0;
  let states: SinkStates = {};
  let closed: () => void = () => undefined;

  function start(): Worker {
    const started = startWorker({ name: 'sinks', workerData: settings }, SCRIPT);
    started.unref();
    started.on('message', (event: SinkEvent) => {
      if (event.type === 'taken') waiting -= event.bytes;
      hear(event.states);
      if (event.type === 'closed') closed();
    });
    started.on('error', (error) => {
      const lastError = `the thread that sends records failed: ${error instanceof Error ? error.message : String(error)}`;
      onTrouble(lastError);
      states = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, { ...state, ok: false, lastError }]));
      if (worker === started) worker = undefined;
      waiting = 0;
      closed();
    });
    return started;
  }

  function hear(told: SinkStates): void {
    states = told;
    for (const [name, { ok, lastError }] of Object.entries(told)) if (!ok && lastError !== undefined) onTrouble(`${name}: ${lastError}`);
  }

  return {
    push(frame, records) {
      if (waiting + frame.byteLength > MAX_WAITING) {
        lost += records;
        onTrouble('decisions came faster than their records could be sent on');
        return;
      }
      waiting += frame.byteLength;
      worker ??= start();
      worker.postMessage({ type: 'frame', frame } satisfies SinkCommand);
    },
    get states() {
      return Object.fromEntries(Object.entries(states).map(([name, state]) => [name, { ...state, lost: state.lost + lost }]));
    },
    async close() {
      const closing = worker;
      if (closing === undefined) return;
      const said = new Promise<void>((resolve) => {
        closed = resolve;
      });
      closing.postMessage({ type: 'close', ms: CLOSE_MS } satisfies SinkCommand);
      const patience = new AbortController();
      await Promise.race([said, pause(CLOSE_MS + GRACE_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
      patience.abort();
      worker = undefined;
      await closing.terminate();
    },
  };
}
