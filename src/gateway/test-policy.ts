import type { Config } from '../config/config.js';
import { createTestRunner } from '../testing/create-test-runner.js';
import type { TestRun, TestRunOptions } from '../testing/test-run.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** Tests a policy folder, as often as asked. */
export interface PolicyTests {
  /** Reads the folder and runs its tests on its own data. Throws `policy_*`, `compiler_*`, `usage`. */
  run(options: TestRunOptions): Promise<TestRun>;
  close(): Promise<void>;
}

export function createPolicyTests(parts: PolicyEngine, { evaluation }: Pick<Config, 'evaluation'>): PolicyTests {
  const runner = createTestRunner({
    compiler: parts.compiler,
    evaluation: { maxMemoryMb: evaluation.max_memory_mb, allowBuiltins: evaluation.allow_builtins },
  });
  return {
    run: async (options) => {
      if (options.engine !== 'topdown') runner.warm();
      return runner.run(await readSources(parts), options);
    },
    close: () => runner.close(),
  };
}
