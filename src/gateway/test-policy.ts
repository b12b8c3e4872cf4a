import { createRegoCompiler } from '../compiler/rego-compiler.js';
import type { Config } from '../config/config.js';
import type { SourceSet } from '../policy/source-set.js';
import type { TestBenchmark } from '../testing/bench-tests.js';
import { createTestRunner } from '../testing/create-test-runner.js';
import type { BenchRunOptions } from '../testing/create-test-runner.js';
import type { TestEngine, TestRun, TestRunOptions } from '../testing/test-run.js';
import { ignoring } from '../policy/ignoring.js';
import { COMMAND_PATIENCE, configuredReader } from './configured-reader.js';

/** Tests a policy folder, as often as asked. */
export interface PolicyTests {
  /** Reads the folder. Throws `policy_*`. */
  read(): Promise<SourceSet>;
  /** Runs the tests of a reading on its own data. Throws `policy_data_*`, `compiler_*`, `usage`. */
  run(source: SourceSet, options: TestRunOptions): Promise<TestRun>;
  /** Measures them. Throws `policy_rejected` as well. */
  bench(source: SourceSet, options: BenchRunOptions): AsyncGenerator<TestBenchmark>;
  /** Starts the compiler, and the threads of the engine that serves unless only the interpreter runs, while the folder is being read. */
  warm(engine: TestEngine): void;
  close(): Promise<void>;
}

export interface PolicyTestsOptions {
  readonly config: Pick<Config, 'policy' | 'compiler' | 'evaluation' | 'paths'>;
  /** Absolute. */
  readonly dir: string;
  /** Globs of names of files and folders that are left out. */
  readonly ignore?: readonly string[] | undefined;
}

export function createPolicyTests({ config, dir, ignore }: PolicyTestsOptions): PolicyTests {
  const { evaluation } = config;
  const reader = configuredReader(config, () => COMMAND_PATIENCE, { ignored: ignoring(ignore), testsAlone: true });
  const compiler = createRegoCompiler({ override: config.compiler.path, timeoutMs: config.compiler.timeout });
  const runner = createTestRunner({
    compiler,
    evaluation: { maxMemoryMb: evaluation.max_memory_mb, allowBuiltins: evaluation.allow_builtins },
  });
  return {
    read: () => reader.read(dir),
    run: (source, options) => runner.run(source, options),
    bench: (source, options) => runner.bench(source, options),
    warm: (engine) => {
      // A compiler that cannot be started is told by the run.
      compiler.versions().catch(() => undefined);
      if (engine !== 'topdown') runner.warm();
    },
    close: async () => {
      await Promise.allSettled([runner.close(), compiler.close()]);
    },
  };
}
