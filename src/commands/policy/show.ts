import { Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { POLICY_FLAGS } from '../../cli/flags.js';
import { withLocalEngine, withLocalPolicy } from '../../cli/local-policy.js';
import { readData } from '../../gateway/read-data.js';

export default class PolicyShow extends GatewayCommand {
  static override summary = 'Print the effective data document, or what can be asked of the policies';
  static override description = 'The data document is the merge of all data files, with data-*.json overlays applied.';
  static override examples = ['<%= config.bin %> policy show', '<%= config.bin %> policy show --entrypoints'];
  static override flags = {
    ...POLICY_FLAGS,
    entrypoints: Flags.boolean({ description: 'List packages and rules that can be evaluated' }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PolicyShow);
    if (flags.entrypoints) {
      const entrypoints = await withLocalEngine(flags, ({ parts }) => Promise.resolve(parts.engine.current?.policy.entrypoints ?? []));
      this.log(entrypoints.map(({ kind, path }) => `${this.paint('dim', kind.padEnd(8))} ${path}`).join('\n'));
      return entrypoints;
    }
    const data = await withLocalPolicy(flags, ({ parts }) => readData(parts));
    this.log(data.pretty);
    return data.document;
  }
}
