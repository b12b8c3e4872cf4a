import { Args } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { POLICY_FLAGS } from '../../cli/flags.js';
import { withLocalPolicy } from '../../cli/local-policy.js';
import { QUERY_FLAGS, queryOptions } from '../../cli/query-flags.js';
import { runRepl } from '../../cli/run-repl.js';

export default class PolicyRepl extends GatewayCommand {
  static override summary = 'Ask a policy folder queries, one a line';
  static override description =
    'Each line is evaluated as `policy eval` does, on the folder as it is at that moment. Lines are remembered in the data folder. `:help` lists what else can be typed; Ctrl-D ends it.';
  static override examples = [
    '<%= config.bin %> policy repl',
    '<%= config.bin %> policy repl ./policies --input request.json --package data.app',
  ];
  static override enableJsonFlag = false;
  static override args = {
    dir: Args.string({ ignoreStdin: true, description: 'Folder of .rego and data files (default: policy_dir of the configuration)' }),
  };
  static override flags = { ...POLICY_FLAGS, ...QUERY_FLAGS };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PolicyRepl);
    const options = await queryOptions(flags);
    const folder = args.dir === undefined ? flags : { ...flags, 'rego-dir': args.dir };
    await withLocalPolicy(folder, ({ parts, config }) =>
      runRepl({ parts, options, dataDir: config.paths.dataDir, paint: this.paint, log: (line) => this.log(line) }),
    );
  }
}
