import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { interruptedOrUnread } from '../../cli/interrupted.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { engineOf, TEST_FLAGS } from '../../cli/test-flags.js';
import type { TestFlags } from '../../cli/test-flags.js';
import { TestSession } from '../../cli/test-session.js';
import { GatewayError } from '../../errors.js';
import { createPolicyTests } from '../../gateway/test-policy.js';

export default class PolicyTest extends LocalPolicyCommand {
  static override summary = 'Run the Rego tests of a policy folder';
  static override description =
    "Evaluates the tests of *_test.rego on the engine that serves decisions, with the folder's data, and on OPA's interpreter beside it: where the two differ, the run fails. Exit codes: 0 all passed; 1 a test failed or was skipped (see -z), the engines disagree, coverage is below the threshold, --run matches nothing, or there are no tests and --require-tests is given; 2 usage.";
  static override examples = [
    '<%= config.bin %> policy test ./policies',
    '<%= config.bin %> policy test --run "firewall.*deny" --watch',
    '<%= config.bin %> policy test -v --var-values',
    '<%= config.bin %> policy test --run test_allow --explain fails',
    '<%= config.bin %> policy test --coverage --threshold 95',
    '<%= config.bin %> policy test --format lcov > lcov.info',
    '<%= config.bin %> policy test --format junit > junit.xml',
    '<%= config.bin %> policy test --bench',
  ];
  static override args = POLICY_ARGS;
  static override flags = { ...POLICY_FLAGS, ...TEST_FLAGS };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PolicyTest);
    const wanted = this.#asked(flags);
    const { config, dir } = await this.folder({ args, flags });
    const tests = createPolicyTests({ config, dir, ignore: flags.ignore });
    tests.warm(engineOf(wanted));
    try {
      const session = new TestSession(tests, dir, wanted, this.#output());
      this.endWith(wanted.bench ? await session.bench() : await this.whileWaiting(session.run(), 'testing the policies'));
      if (wanted.watch) await this.#watch(session, dir);
    } finally {
      await tests.close();
    }
  }

  /** `--json` is `--format json`. */
  #asked(flags: TestFlags): TestFlags {
    const { format } = flags;
    if (format === 'gobench' && !flags.bench) throw new GatewayError('usage', '--format gobench needs --bench');
    if (flags.bench && (format === 'junit' || format === 'lcov')) throw new GatewayError('usage', `--bench has no format ${format}`);
    if (flags.count > 1 && (format === 'junit' || format === 'lcov')) throw new GatewayError('usage', `--count has no format ${format}`);
    if (flags.explain !== undefined && flags.engine === 'wasm') {
      throw new GatewayError('usage', "--explain needs OPA's interpreter, which --engine wasm leaves out");
    }
    if (!this.jsonEnabled()) return flags;
    if (format !== 'json' && format !== 'pretty') throw new GatewayError('usage', `--json and --format ${format} ask for two shapes`);
    return { ...flags, format: 'json' };
  }

  #output(): ConstructorParameters<typeof TestSession>[3] {
    return {
      log: (text) => this.log(text),
      logToStderr: (text) => this.logToStderr(text),
      document: (value) => process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
      paint: this.paint,
      paintError: this.paintError,
      columns: this.columns,
      errorColumns: this.errorColumns,
    };
  }

  /** The documents are written as they come. */
  override logJson(json: unknown): void {
    if (json !== undefined) super.logJson(json);
  }

  async #watch(session: TestSession, dir: string): Promise<void> {
    const stop = interruptedOrUnread();
    const again = async (): Promise<void> => {
      const exit = await session.runAgain(stop);
      if (exit !== undefined) this.endWith(exit);
    };
    const { watchFolder } = await import('../../watcher/watch-folder.js');
    await watchFolder(dir, again, stop);
  }
}
