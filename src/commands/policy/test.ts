import { Flags } from '@oclif/core';
import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { renderDiagnostics } from '../../cli/render-diagnostics.js';
import { renderJunit } from '../../cli/render-junit.js';
import { renderTests, tally } from '../../cli/render-tests.js';
import { GatewayError } from '../../errors.js';
import { createPolicyTests } from '../../gateway/test-policy.js';
import type { PolicyTests } from '../../gateway/test-policy.js';
import { disagreementLine } from '../../testing/test-run.js';
import type { TestEngine, TestRun } from '../../testing/test-run.js';
import { watchFolder } from '../../watcher/watch-folder.js';

export default class PolicyTest extends LocalPolicyCommand {
  static override summary = 'Run the Rego tests of a policy folder';
  static override description =
    "Evaluates the tests of *_test.rego on the engine that serves decisions, with the folder's data, and on OPA's interpreter beside it: where the two differ, the run fails. Exit codes: 0 all passed; 1 a test failed, the engines disagree, coverage is below the threshold, --run matches nothing, or there are no tests and --require-tests is given; 2 usage.";
  static override examples = [
    '<%= config.bin %> policy test ./policies',
    '<%= config.bin %> policy test --coverage --threshold 95',
    '<%= config.bin %> policy test --run "firewall.*deny" --watch',
    '<%= config.bin %> policy test --format junit > junit.xml',
  ];
  static override args = POLICY_ARGS;
  static override flags = {
    ...POLICY_FLAGS,
    coverage: Flags.boolean({ description: 'Report which lines the tests reach' }),
    threshold: Flags.integer({ min: 0, max: 100, description: 'Fail below this coverage in percent; implies --coverage' }),
    run: Flags.string({ char: 'r', description: 'Run only the tests whose package.name matches this regular expression' }),
    engine: Flags.option({
      options: ['both', 'wasm', 'topdown'] as const,
      default: 'both' as const,
      description: 'What runs the tests: the engine that serves (wasm), the interpreter of OPA (topdown), or both',
    })(),
    watch: Flags.boolean({ char: 'w', description: 'Run again whenever a file of the folder changes' }),
    format: Flags.string({ options: ['pretty', 'json', 'junit'], default: 'pretty', description: 'Shape of the report' }),
    verbose: Flags.boolean({ char: 'v', description: 'Name every test, not only the failing ones' }),
    timeout: Flags.integer({ min: 1, default: 5000, description: 'Milliseconds that one test may take' }),
    parallel: Flags.integer({ min: 1, max: 64, description: 'Tests that run at the same time (default: processor cores)' }),
    'require-tests': Flags.boolean({ description: 'Fail when the folder holds no test' }),
  };

  async run(): Promise<TestRun | undefined> {
    const { args, flags } = await this.parse(PolicyTest);
    return this.withPolicy({ args, flags }, async (local) => {
      const tests = createPolicyTests(local.parts, local.config);
      try {
        return await this.#runAll(tests, local.dir, flags);
      } finally {
        await tests.close();
      }
    });
  }

  async #runAll(tests: PolicyTests, dir: string, flags: TestFlags): Promise<TestRun | undefined> {
    const result = await this.#runOnce(tests, dir, flags);
    if (flags.watch) {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      await watchFolder(
        dir,
        async () => {
          await this.#runOnce(tests, dir, flags);
        },
        stop.signal,
      );
    }
    return flags.format === 'json' || this.jsonEnabled() ? result : undefined;
  }

  async #runOnce(tests: PolicyTests, dir: string, flags: TestFlags): Promise<TestRun> {
    process.exitCode = 0;
    const result = await tests.run({
      engine: flags.engine,
      coverage: flags.coverage || flags.threshold !== undefined,
      timeoutMs: flags.timeout,
      ...(flags.run === undefined ? {} : { run: flags.run }),
      ...(flags.parallel === undefined ? {} : { parallel: flags.parallel }),
    });
    this.#report(result, flags);
    const problem = problemOf(result, flags, dir);
    if (problem === undefined) return result;
    this.endWith(problem.spec.exit);
    this.logToStderr(`${this.paintError('red', 'Error:')} ${problem.message}`);
    return result;
  }

  #report(result: TestRun, { format, verbose }: TestFlags): void {
    for (const difference of result.disagreements) this.logToStderr(disagreementLine(difference));
    if (result.diagnostics.length > 0) this.logToStderr(renderDiagnostics(result.diagnostics, this.paintError));
    if (format === 'json') process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    else if (format === 'junit') this.log(renderJunit(result));
    else if (result.results.length > 0) this.log(renderTests(result, this.paint, verbose));
    else if (result.ok) this.logToStderr('no tests: the folder holds no *_test.rego with test_ rules, or --run matches none');
  }
}

interface TestFlags {
  readonly coverage: boolean;
  readonly threshold: number | undefined;
  readonly run: string | undefined;
  readonly engine: TestEngine;
  readonly format: string;
  readonly verbose: boolean;
  readonly watch: boolean;
  readonly timeout: number;
  readonly parallel: number | undefined;
  readonly 'require-tests': boolean;
}

/** Why a run does not count as passed; a folder without tests is worth a word even where it is allowed. */
function problemOf(result: TestRun, flags: TestFlags, dir: string): GatewayError | undefined {
  const { fail, error } = tally(result.results);
  if (!result.ok && fail + error + result.disagreements.length === 0)
    return new GatewayError('policy_rejected', 'the modules do not compile; no test ran');
  if (fail + error + result.disagreements.length > 0) return new GatewayError('tests_failed', 'Tests FAILED.');
  if (result.results.length === 0 && flags['require-tests']) return new GatewayError('tests_failed', `no tests found in ${dir}`);
  const percent = result.coverage?.percent ?? 100;
  if (flags.threshold === undefined || percent >= flags.threshold) return undefined;
  return new GatewayError('tests_failed', `coverage ${percent.toFixed(1)} % is below the threshold of ${flags.threshold} %`);
}
