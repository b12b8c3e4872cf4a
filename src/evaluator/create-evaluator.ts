import { availableParallelism } from 'node:os';
import type { Evaluator, EvaluatorOptions, PreparedRevision } from './evaluator.js';
import { OVERRIDES } from '../builtins/overrides.js';
import { allowedBuiltins } from './linker.js';
import { Pool } from './pool/pool.js';

const MIB = 1024 * 1024;

/** The code of the built-ins alone takes some 30 MiB of JavaScript heap. */
const MIN_HEAP_MB = 256;

/** An evaluator with a pool of worker threads. They keep no process alive while they idle. */
export function createEvaluator(options: EvaluatorOptions = {}): Evaluator {
  const maxMemoryMb = options.maxMemoryMb ?? 512;
  const allowBuiltins = options.allowBuiltins ?? [];
  const pool = new Pool({
    workers: options.workers ?? Math.max(1, availableParallelism() - 1),
    timeoutMs: options.timeoutMs ?? 1000,
    maxQueue: options.maxQueue ?? 4096,
    maxMemoryBytes: maxMemoryMb * MIB,
    maxHeapMb: Math.max(MIN_HEAP_MB, maxMemoryMb),
    allowBuiltins,
    tests: options.tests ?? false,
    standIns: options.standIns ?? true,
    eager: options.eager ?? false,
    onPrint: options.onPrint ?? (() => undefined),
  });
  return {
    hostedBuiltins: allowedBuiltins(allowBuiltins),
    overrides: OVERRIDES,
    async prepare({ policy, data }): Promise<PreparedRevision> {
      const { wasm, code, library, builtins } = policy;
      const generation = await pool.prepare({
        ...{ module: wasm, library: library.module, wasmBytes: code.byteLength },
        ...{ builtins, data: { json: data } },
      });
      return {
        evaluate: (request) => pool.evaluate(generation, request),
        release: () => pool.release(generation),
      };
    },
    warm: () => pool.warm(),
    expect: (builtins) => pool.expect(builtins),
    whenFull: pool.whenFull,
    stats: () => pool.stats(),
    close: () => pool.close(),
  };
}
