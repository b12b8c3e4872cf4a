import { parentPort } from 'node:worker_threads';
import { findViolations } from './find-violations.js';
import type { DescribedData } from './find-violations.js';

/** The thread that holds schemas against data; see check-schemas.ts. */
if (parentPort === null) throw new Error('Expected to run as a worker thread');
const port = parentPort;
port.once('message', (source: DescribedData) => port.postMessage(findViolations(source)));
