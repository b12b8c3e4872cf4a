import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { QUERY_FLAGS, queryOptions } from '../../cli/query-flags.js';
import { runRepl } from '../../cli/run-repl.js';

export default class PolicyRepl extends LocalPolicyCommand {
  static override summary = 'Ask a policy folder queries, one a line';
  static override description =
    'Each line is evaluated as `policy eval` does, on the folder as it is at that moment. Lines are remembered in the data folder. `:help` lists what else can be typed; Ctrl-D ends it.';
  static override examples = [
    '<%= config.bin %> policy repl',
    '<%= config.bin %> policy repl ./policies --input request.json --package data.app',
  ];
  static override enableJsonFlag = false;
  static override args = POLICY_ARGS;
  static override flags = { ...POLICY_FLAGS, ...QUERY_FLAGS };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PolicyRepl);
    const options = await queryOptions(flags);
    await this.withPolicy({ args, flags }, ({ parts, config }) =>
      runRepl({ parts, options, dataDir: config.paths.dataDir, paint: this.paint, log: (line) => this.log(line) }),
    );
  }
}
