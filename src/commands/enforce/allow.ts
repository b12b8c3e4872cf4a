import { GatewayCommand } from '../../cli/base-command.js';
import { changeList, ENFORCE_FLAGS, PATH_FLAG, TARGET_ARGS } from '../../cli/enforce-flags.js';

export default class EnforceAllow extends GatewayCommand {
  static override summary = 'Put an asset on the allow list of a running gateway';
  static override description = 'Admission then lets it pass without a scan. It leaves the block list.';
  static override examples = ['<%= config.bin %> enforce allow mcp github --source-path /opt/mcp/github'];
  static override args = TARGET_ARGS;
  static override flags = { ...ENFORCE_FLAGS, ...PATH_FLAG };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(EnforceAllow);
    const answer = await changeList(flags, 'POST', '/enforce/allow', { ...args, reason: flags.reason, sourcePath: flags['source-path'] });
    this.log(`${args.type} ${args.name}: ${this.paint('green', answer.status)}`);
    return answer;
  }
}
