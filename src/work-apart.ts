import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { asGatewayError, GatewayError } from './errors.js';
import { startWorker } from './start-worker.js';
import { fromWire, toWire } from './wire-error.js';
import type { WireError } from './wire-error.js';

type Reply<Result> = { readonly result: Result } | { readonly error: WireError };

/** A thread or process that does what it is asked, one piece of work at a time. Between its answers it keeps no process alive. */
export interface Apart {
  /** Throws what the work throws. What is asked and what is answered are copied, unless it is memory that threads share. */
  ask<Result>(request: unknown): Promise<Result>;
  /** True once it can do no more. */
  readonly ended: boolean;
  close(): Promise<void>;
}

/** What {@link askOf} needs of a thread or process: it emits `message` and `exit`. */
interface Asked extends EventEmitter {
  ref(): void;
  unref(): void;
}

/** Asks, and waits for the answer or for the end of who is asked. */
export async function askOf<Result>(asked: Asked, send: () => void): Promise<Result> {
  const settled = new AbortController();
  const replied = once(asked, 'message', { signal: settled.signal }) as Promise<[Reply<Result>]>;
  const crashed = once(asked, 'exit', { signal: settled.signal }).then(() => {
    throw new GatewayError('internal', 'A thread or process ended without an answer');
  });
  for (const lost of [replied, crashed]) lost.catch(() => undefined);
  asked.ref();
  try {
    send();
    const [reply] = await Promise.race([replied, crashed]);
    if ('error' in reply) throw fromWire(reply.error);
    return reply.result;
  } finally {
    settled.abort();
    asked.unref();
  }
}

/** Starts a thread that runs the script, which calls {@link answerAll}. `maxHeapMb` bounds its heap. */
export function openThread(script: URL, maxHeapMb?: number): Apart {
  const resourceLimits = maxHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } };
  const worker = startWorker({ name: 'apart', ...resourceLimits }, script);
  const state = { ended: false };
  worker.once('exit', () => {
    state.ended = true;
  });
  return {
    ask: (request) => askOf(worker, () => worker.postMessage(request)),
    get ended() {
      return state.ended;
    },
    async close() {
      await worker.terminate();
    },
  };
}

export interface ApartOptions {
  /** Ends the thread; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Bound of the heap in MiB. */
  readonly maxHeapMb?: number;
}

/** Has one piece of work done on a thread of its own, which ends with it and takes its memory along; see {@link Apart.ask}. */
export async function workApart<Result>(script: URL, request: unknown, { signal, maxHeapMb }: ApartOptions = {}): Promise<Result> {
  return workOnce(() => openThread(script, maxHeapMb), request, signal);
}

/** Has one piece of work done by what `open` gives, which ends with it, or with the signal, whose reason is thrown. */
export async function workOnce<Result>(open: () => Apart, request: unknown, signal?: AbortSignal): Promise<Result> {
  signal?.throwIfAborted();
  const apart = open();
  const ended = new AbortController();
  const stopped = stopOf(signal, ended.signal);
  stopped.catch(() => undefined);
  try {
    return await Promise.race([apart.ask<Result>(request), stopped]);
  } finally {
    ended.abort();
    await apart.close();
  }
}

/** Rejects with the reason of the signal; `ended` ends the wait. */
export async function stopOf(signal: AbortSignal | undefined, ended: AbortSignal): Promise<never> {
  if (signal === undefined) return new Promise(() => undefined);
  signal.throwIfAborted();
  await once(signal, 'abort', { signal: ended });
  throw signal.reason;
}

/** The thread's side of {@link openThread}: to be called by the script. */
export function answerAll(work: (request: unknown) => unknown): void {
  if (parentPort === null) throw new Error('Expected to run as a worker thread');
  const port = parentPort;
  port.on('message', (request: unknown) => void replyTo(request, work).then((reply) => port.postMessage(reply)));
}

/** What is sent back of a piece of work. Never rejects. */
export async function replyTo(request: unknown, work: (request: unknown) => unknown): Promise<Reply<unknown>> {
  try {
    return { result: await work(request) };
  } catch (thrown) {
    return { error: toWire(asGatewayError(thrown)) };
  }
}
