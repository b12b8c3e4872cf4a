import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

/**
 * A worker thread that runs `script`, named as it lies in dist: from there as it is, from the sources through tsx (Node 20 does not
 * strip types). It sees nothing of the environment: what runs there is policy code.
 */
export function startWorker(options: WorkerOptions, script: URL): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(script, { ...options, env: {} });
  // tsx's CommonJS half cannot register from inside of evaluated code; its ES module lies beside it.
  const tsx = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const imports = [pathToFileURL(tsx).href, script.href.replace(/\.js$/, '.ts')].map((url) => `import(${JSON.stringify(url)})`);
  return new Worker(`${imports[0]}.then(({ register }) => { register(); return ${imports[1]}; });`, { ...options, env: {}, eval: true });
}
