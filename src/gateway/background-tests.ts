import { createRegoCompiler } from '../compiler/rego-compiler.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { Config } from '../config/config.js';
import type { createTestRunner, TestRunner } from '../testing/create-test-runner.js';

/** Without a run for so long, the processes of the runner end: 60 MB and more that nobody uses. */
const IDLE_MS = 30_000;

/**
 * Runs tests beside a gateway that serves: in a compiler process of its own that gives way to every other, with one thread. The processes
 * start with a run and end some time after it. The code is loaded with the first: a start that is to decide soon reads none of it.
 */
export function createBackgroundTests({ compiler: settings, evaluation }: Config): Pick<TestRunner, 'run' | 'close'> {
  let parts: Promise<{ readonly compiler: RegoCompiler; readonly runner: TestRunner }> | undefined;
  let idle: NodeJS.Timeout | undefined;

  const open = async (): NonNullable<typeof parts> => {
    const { createTestRunner } = await import('../testing/create-test-runner.js');
    const compiler = createRegoCompiler({
      override: settings.path,
      timeoutMs: settings.timeout,
      idle: true,
    });
    return { compiler, runner: createTestRunner({ compiler, evaluation: testEvaluation(evaluation, 1) }) };
  };

  const close = async (): Promise<void> => {
    clearTimeout(idle);
    const closing = parts;
    parts = undefined;
    const opened = await closing;
    if (opened !== undefined) await Promise.allSettled([opened.runner.close(), opened.compiler.close()]);
  };

  return {
    close,
    async run(source, options) {
      clearTimeout(idle);
      parts ??= open();
      const { runner } = await parts;
      try {
        return await runner.run(source, options);
      } finally {
        idle = setTimeout(() => void close(), IDLE_MS).unref();
      }
    },
  };
}

/** A runner on the compiler that is given, with its threads started. */
export async function warmTestRunner(compiler: RegoCompiler, evaluation: Config['evaluation']): Promise<TestRunner> {
  const { createTestRunner } = await import('../testing/create-test-runner.js');
  const runner = createTestRunner({ compiler, evaluation: testEvaluation(evaluation) });
  runner.warm();
  return runner;
}

/** What a runner of tests takes over from the configuration of decisions. */
function testEvaluation(
  evaluation: Config['evaluation'],
  workers?: number,
): NonNullable<Parameters<typeof createTestRunner>[0]['evaluation']> {
  return {
    maxMemoryMb: evaluation.max_memory_mb,
    allowBuiltins: evaluation.allow_builtins,
    ...(workers === undefined ? {} : { workers }),
  };
}
