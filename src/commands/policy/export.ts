import { Args } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { withLocalHistory } from '../../cli/local-history.js';
import { count } from '../../cli/render-diagnostics.js';
import { exportSources } from '../../history/export-sources.js';
import { shortId } from '../../policy/source-set.js';

export default class PolicyExport extends GatewayCommand {
  static override summary = 'Write the sources of a kept revision into a folder';
  static override description = 'The folder has to be empty or new, and serves as it is: `start --policy-dir DIR`.';
  static override examples = ['<%= config.bin %> policy export previous /tmp/before'];
  static override args = {
    revision: Args.string({
      ignoreStdin: true,
      description: 'serving, previous, ~N, a number of the history, or the first digits of a revision',
      required: true,
    }),
    dir: Args.string({ ignoreStdin: true, description: 'An empty or new folder', required: true }),
  };
  static override flags = ADDRESS_FLAGS;

  async run(): Promise<{ readonly revision: string; readonly dir: string; readonly files: number }> {
    const { args, flags } = await this.parse(PolicyExport);
    const { source } = await withLocalHistory(flags, this.config.version, (history) => history.sources(args.revision));
    const files = await exportSources(source, args.dir);
    this.log(`${shortId(source.id)}: ${count(files, 'file')} written to ${args.dir}`);
    return { revision: source.id, dir: args.dir, files };
  }
}
