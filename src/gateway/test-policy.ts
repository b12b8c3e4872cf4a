import type { Config } from '../config/config.js';
import type { SourceSet } from '../policy/source-set.js';
import type { TestBenchmark } from '../testing/bench-tests.js';
import { createTestRunner } from '../testing/create-test-runner.js';
import type { BenchRunOptions } from '../testing/create-test-runner.js';
import type { TestRun, TestRunOptions } from '../testing/test-run.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** Tests a policy folder, as often as asked. */
export interface PolicyTests {
  /** Reads the folder. Throws `policy_*`. */
  read(): Promise<SourceSet>;
  /** Runs the tests of a reading on its own data. Throws `policy_data_*`, `compiler_*`, `usage`. */
  run(source: SourceSet, options: TestRunOptions): Promise<TestRun>;
  /** Measures them. Throws `policy_rejected` as well. */
  bench(source: SourceSet, options: BenchRunOptions): AsyncGenerator<TestBenchmark>;
  /** Starts the threads of the engine that serves, and the compiler, while the folder is being read. */
  warm(): void;
  close(): Promise<void>;
}

export function createPolicyTests(parts: PolicyEngine, { evaluation }: Pick<Config, 'evaluation'>): PolicyTests {
  const runner = createTestRunner({
    compiler: parts.compiler,
    evaluation: { maxMemoryMb: evaluation.max_memory_mb, allowBuiltins: evaluation.allow_builtins },
  });
  return {
    read: () => readSources(parts),
    run: (source, options) => runner.run(source, options),
    bench: (source, options) => runner.bench(source, options),
    warm: () => {
      // A compiler that cannot be started is told by the run.
      parts.compiler.versions().catch(() => undefined);
      runner.warm();
    },
    close: () => runner.close(),
  };
}
