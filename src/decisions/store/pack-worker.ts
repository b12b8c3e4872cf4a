import { parentPort } from 'node:worker_threads';
import { giveWayHere } from '../../give-way-here.js';
import { packSegment } from './pack.js';

giveWayHere();

parentPort?.on('message', (file: string) => {
  try {
    packSegment(file);
    parentPort?.postMessage({ file });
  } catch (thrown) {
    parentPort?.postMessage({ file, error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
