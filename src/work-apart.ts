import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { asGatewayError, GatewayError } from './errors.js';
import { startWorker } from './start-worker.js';
import { fromWire, toWire } from './wire-error.js';
import type { WireError } from './wire-error.js';

type Reply<Result> = { readonly result: Result } | { readonly error: WireError };

/**
 * Has one piece of work done on a thread of its own, which ends with it and takes its memory along. Throws what the work throws. What is asked
 * and what is answered are copied, unless it is shared memory.
 */
export async function workApart<Result>(script: URL, request: unknown): Promise<Result> {
  const worker = startWorker({ name: 'apart' }, script);
  const ended = new AbortController();
  const replied = once(worker, 'message', { signal: ended.signal }) as Promise<[Reply<Result>]>;
  const crashed = once(worker, 'exit', { signal: ended.signal }).then(() => {
    throw new GatewayError('internal', 'A thread ended without an answer');
  });
  for (const lost of [replied, crashed]) lost.catch(() => undefined);
  try {
    worker.postMessage(request);
    const [reply] = await Promise.race([replied, crashed]);
    if ('error' in reply) throw fromWire(reply.error);
    return reply.result;
  } finally {
    ended.abort();
    await worker.terminate();
  }
}

/** The thread's side of {@link workApart}: to be called by the script. */
export function answerOnce(work: (request: unknown) => unknown): void {
  if (parentPort === null) throw new Error('Expected to run as a worker thread');
  const port = parentPort;
  port.once('message', (request: unknown) => void replyTo(request, work).then((reply) => port.postMessage(reply)));
}

async function replyTo(request: unknown, work: (request: unknown) => unknown): Promise<Reply<unknown>> {
  try {
    return { result: await work(request) };
  } catch (thrown) {
    return { error: toWire(asGatewayError(thrown)) };
  }
}
