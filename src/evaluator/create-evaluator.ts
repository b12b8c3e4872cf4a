import { availableParallelism } from 'node:os';
import type { Evaluator, EvaluatorOptions, PreparedRevision } from './evaluator.js';
import { allowedBuiltins } from './linker.js';
import { Pool } from './pool/pool.js';

const MIB = 1024 * 1024;

/** Starts the worker threads. They keep no process alive while they idle. */
export function createEvaluator(options: EvaluatorOptions = {}): Evaluator {
  const maxMemoryMb = options.maxMemoryMb ?? 512;
  const allowBuiltins = options.allowBuiltins ?? [];
  const pool = new Pool({
    workers: options.workers ?? Math.max(1, availableParallelism() - 1),
    timeoutMs: options.timeoutMs ?? 1000,
    maxQueue: options.maxQueue ?? 4096,
    maxMemoryBytes: maxMemoryMb * MIB,
    maxHeapMb: maxMemoryMb,
    allowBuiltins,
    onPrint: options.onPrint ?? (() => undefined),
  });
  return {
    hostedBuiltins: allowedBuiltins(allowBuiltins),
    async prepare({ policy, data }): Promise<PreparedRevision> {
      const generation = await pool.prepare({ module: policy.wasm, wasmBytes: policy.wasmBytes, data: { json: data } });
      return {
        evaluate: (request) => pool.evaluate(generation, request),
        release: () => pool.release(generation),
      };
    },
    stats: () => pool.stats(),
    close: () => pool.close(),
  };
}
