import { parentPort } from 'node:worker_threads';
import { asGatewayError } from '../errors.js';
import { toWire } from '../wire-error.js';
import type { MergeReply, MergeRequest } from './merge-apart.js';
import { checkDataConflicts, mergeData } from './merge-data.js';
import { placesOf } from './sections.js';
import type { SourceFile } from './source-set.js';

/** The thread that merges large data; see merge-apart.ts. */
if (parentPort === null) throw new Error('Expected to run as a worker thread');
const port = parentPort;
const files: Record<'data' | 'overlays', SourceFile[]> = { data: [], overlays: [] };

port.on('message', (request: MergeRequest) => {
  if (request.type === 'file') files[request.part].push(request.file);
  else answer(request);
});

function answer({ rules }: Extract<MergeRequest, { type: 'merge' }>): void {
  let reply: MergeReply;
  try {
    const merged = mergeData(files);
    reply = { data: merged.data, places: placesOf(merged.data), conflicts: checkDataConflicts(merged, rules) };
  } catch (thrown) {
    reply = { error: toWire(asGatewayError(thrown)) };
  }
  port.postMessage(reply, 'data' in reply ? [ownBuffer(reply.data)] : []);
}

/** Its bytes move to the other thread; they are a whole buffer, or come to be one. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer as ArrayBuffer;
}
