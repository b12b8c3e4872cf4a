import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../start-worker.js';

/** Packs segments one after the other, on a thread that gives way to whoever decides. */
export interface Packer {
  /** `done` is told why it could not be packed, or nothing. */
  pack(file: string, done: (error?: string) => void): void;
  /** What was not packed yet is left as it is. */
  close(): Promise<void>;
}

const SCRIPT = new URL('./pack-worker.js', import.meta.url);

export function createPacker(): Packer {
  const waiting = new Map<string, (error?: string) => void>();
  let worker: Worker | undefined;

  function settle(file: string, error?: string): void {
    const done = waiting.get(file);
    waiting.delete(file);
    done?.(error);
  }

  function start(): Worker {
    const started = startWorker({ name: 'decisions' }, SCRIPT);
    started.unref();
    started.on('message', ({ file, error }: { readonly file: string; readonly error?: string }) => settle(file, error));
    started.on('error', (error) => {
      if (worker === started) worker = undefined;
      for (const file of [...waiting.keys()]) settle(file, error.message);
    });
    return started;
  }

  return {
    pack(file, done) {
      waiting.set(file, done);
      worker ??= start();
      worker.postMessage(file);
    },
    async close() {
      await worker?.terminate();
      worker = undefined;
      waiting.clear();
    },
  };
}
