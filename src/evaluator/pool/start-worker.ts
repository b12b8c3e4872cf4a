import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

/** A worker thread that runs worker.ts: from dist as it is, from the sources through tsx (Node 20 does not strip types). */
export function startWorker(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('../worker.js', import.meta.url), options);
  const register = createRequire(import.meta.url).resolve('tsx/esm/api');
  const entry = new URL('../worker.ts', import.meta.url).href;
  const code = `require(${JSON.stringify(register)}).register(); void import(${JSON.stringify(entry)});`;
  return new Worker(code, { ...options, eval: true });
}
