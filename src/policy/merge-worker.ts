import { parentPort } from 'node:worker_threads';
import { asGatewayError } from '../errors.js';
import { toWire } from '../wire-error.js';
import type { DataReply, DataRequest } from './merge-apart.js';
import { mergeData } from './merge-data.js';
import { checkClaims } from './references.js';
import { surveyData } from './sections.js';

/** The thread that looks through large data; see merge-apart.ts. */
if (parentPort === null) throw new Error('Expected to run as a worker thread');
const port = parentPort;

port.once('message', (request: DataRequest) => port.postMessage(answer(request)));

function answer(request: DataRequest): DataReply {
  try {
    if (request.type === 'survey') return { type: 'surveyed', survey: surveyData(request.data) };
    const merged = mergeData(request);
    return { type: 'merged', data: merged.data, survey: surveyData(merged.data), ...checkClaims(merged, request.claims) };
  } catch (thrown) {
    return { type: 'failed', error: toWire(asGatewayError(thrown)) };
  }
}
