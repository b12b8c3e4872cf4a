import { availableParallelism } from 'node:os';
import type { Evaluator, EvaluatorOptions, PreparedRevision } from './evaluator.js';
import { OVERRIDES } from '../builtins/overrides.js';
import { allowedBuiltins } from './linker.js';
import type { EarlyThread } from './pool/early-thread.js';
import { Pool } from './pool/pool.js';
import { threadOptions } from './pool/running-thread.js';

/**
 * An evaluator with a pool of worker threads. They keep no process alive while they idle. `early` runs already: it is the first worker if it was
 * started with the same bounds, and ends if not.
 */
export function createEvaluator(options: EvaluatorOptions = {}, early?: EarlyThread): Evaluator {
  const allowBuiltins = options.allowBuiltins ?? [];
  const pool = new Pool({
    workers: options.workers ?? Math.max(1, availableParallelism() - 1),
    timeoutMs: options.timeoutMs ?? 1000,
    maxQueue: options.maxQueue ?? 4096,
    ...threadOptions(options),
    standIns: options.standIns ?? true,
    eager: options.eager ?? false,
    early,
    onPrint: options.onPrint ?? (() => undefined),
  });
  return {
    hostedBuiltins: allowedBuiltins(allowBuiltins),
    overrides: OVERRIDES,
    async prepare({ policy, data }): Promise<PreparedRevision> {
      const { wasm, code, library, builtins } = policy;
      const generation = await pool.prepare({
        ...{ module: wasm, library: library.module, wasmBytes: code.byteLength },
        ...{ builtins, json: data },
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
    close: async () => {
      await Promise.all([early?.end(), pool.close()]);
    },
  };
}
