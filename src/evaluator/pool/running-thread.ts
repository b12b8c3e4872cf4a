import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../start-worker.js';
import { CONTROL } from './protocol.js';
import type { ReplyPayload, ThreadEvent, ThreadSettings } from './protocol.js';

export interface ThreadOptions extends Omit<ThreadSettings, 'control'> {
  /** Heap of JavaScript; the memory of instances counts apart. */
  readonly maxHeapMb: number;
}

/** What comes from a worker. */
export type WorkerMessage = ThreadEvent | (number | ReplyPayload)[];

export interface WorkerListener {
  message(message: WorkerMessage): void;
  /** It ended, for this reason. */
  ended(cause: unknown): void;
}

/** A worker thread on its way. */
export interface RunningThread {
  readonly worker: Worker;
  readonly control: SharedArrayBuffer;
  /** Who hears of it from now on, and first of what it did so far. To be called once. */
  readonly listen: (listener: WorkerListener) => void;
}

const MIB = 1024 * 1024;

/** The code of the built-ins alone takes some 30 MiB of JavaScript heap. */
const MIN_HEAP_MB = 256;

/** What threads are started with, where nothing else is configured. */
export function threadOptions({
  maxMemoryMb = 512,
  allowBuiltins = [],
  tests = false,
}: { maxMemoryMb?: number | undefined; allowBuiltins?: readonly string[] | undefined; tests?: boolean | undefined } = {}): ThreadOptions {
  return { maxMemoryBytes: maxMemoryMb * MIB, maxHeapMb: Math.max(MIN_HEAP_MB, maxMemoryMb), allowBuiltins, tests };
}

/** Starts a thread. Nothing that it says is lost until somebody listens, and it keeps no process alive. Throws what Node does when there are too many. */
export function startThread(options: ThreadOptions): RunningThread {
  const { maxMemoryBytes, maxHeapMb, allowBuiltins, tests } = options;
  const control = new SharedArrayBuffer(CONTROL.words * Int32Array.BYTES_PER_ELEMENT);
  const workerData: ThreadSettings = { control, maxMemoryBytes, allowBuiltins, tests };
  const worker = startWorker(
    { workerData, name: 'evaluator', resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } },
    new URL('../worker.js', import.meta.url),
  );
  const unheard: ((listener: WorkerListener) => void)[] = [];
  let tell = (what: (listener: WorkerListener) => void): void => void unheard.push(what);
  worker.on('message', (message: WorkerMessage) => tell((listener) => listener.message(message)));
  worker.on('error', (cause) => tell((listener) => listener.ended(cause)));
  worker.on('exit', (code) => tell((listener) => listener.ended(new Error(`exit code ${code}`))));
  // Idle threads keep no process alive; the pool does, while somebody waits for an answer.
  worker.unref();
  const listen = (listener: WorkerListener): void =>
    // Not at once: who listens is still being made.
    queueMicrotask(() => {
      for (const what of unheard) what(listener);
      tell = (what) => what(listener);
    });
  return { worker, control, listen };
}
