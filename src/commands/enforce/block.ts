import { GatewayCommand } from '../../cli/base-command.js';
import { changeList, ENFORCE_FLAGS, PATH_FLAG, TARGET_ARGS } from '../../cli/enforce-flags.js';

export default class EnforceBlock extends GatewayCommand {
  static override summary = 'Put an asset on the block list of a running gateway';
  static override description = 'Admission then answers blocked for it, from the next decision on. It leaves the allow list.';
  static override examples = ['<%= config.bin %> enforce block skill web-search --reason "leaks queries"'];
  static override args = TARGET_ARGS;
  static override flags = { ...ENFORCE_FLAGS, ...PATH_FLAG };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(EnforceBlock);
    const answer = await changeList(flags, 'POST', '/enforce/block', { ...args, reason: flags.reason, sourcePath: flags['source-path'] });
    this.log(`${args.type} ${args.name}: ${this.paint('red', answer.status)}`);
    return answer;
  }
}
