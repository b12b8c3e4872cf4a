import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';
import { builtScript } from './built-script.js';

/** A worker thread that runs `script`, see {@link builtScript}. It sees nothing of the environment: what runs there is policy code. */
export function startWorker(options: WorkerOptions, script: URL): Worker {
  return new Worker(builtScript(script), { ...options, env: {} });
}
