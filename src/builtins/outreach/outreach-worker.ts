import { workerData } from 'node:worker_threads';
import { fetchBounded, lookupAll } from './reach-out.js';
import type { OutreachReply, OutreachRequest, OutreachSettings } from './protocol.js';

const { port, answered } = workerData as OutreachSettings;
const flag = new Int32Array(answered);

async function answer(request: OutreachRequest): Promise<OutreachReply> {
  try {
    if (request.type === 'lookup') return { type: 'lookup', addresses: await lookupAll(request) };
    return { type: 'http', response: await fetchBounded(request) };
  } catch (thrown) {
    return { type: 'failed', message: reason(thrown) };
  }
}

/** fetch says no more than that it failed; the cause says why. */
function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError') return 'request timed out';
  if (thrown.cause instanceof Error) return reason(thrown.cause);
  // Several addresses that were tried in turn: the message is empty.
  return thrown.message === '' && 'code' in thrown ? String(thrown.code) : thrown.message;
}

port.on('message', (request: OutreachRequest) => {
  void answer(request).then((reply) => {
    port.postMessage(reply);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  });
});
