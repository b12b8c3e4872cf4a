import { parentPort, workerData } from 'node:worker_threads';
import { linesIn } from '../batch/runs.js';
import { LineMasker } from './line-masker.js';
import type { MaskCommand, MaskEvent, MaskSettings } from './protocol.js';

const masker = new LineMasker(workerData as MaskSettings);

function tell(event: MaskEvent): void {
  parentPort?.postMessage(event);
}

async function prepare(command: Extract<MaskCommand, { type: 'prepare' }>): Promise<void> {
  const { number, revision } = command;
  try {
    await masker.prepare(revision);
    tell({ type: 'prepared', number });
  } catch (thrown) {
    tell({ type: 'prepared', number, error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

parentPort?.on('message', (command: MaskCommand) => {
  if (command.type === 'prepare') void prepare(command);
  else if (command.type === 'release') masker.release(command.id);
  else tell({ type: 'masked', number: command.number, ...masker.mask(linesIn(command.frame)) });
});
