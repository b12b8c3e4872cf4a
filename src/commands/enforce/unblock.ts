import { GatewayCommand } from '../../cli/base-command.js';
import { changeList, ENFORCE_FLAGS, TARGET_ARGS } from '../../cli/enforce-flags.js';

export default class EnforceUnblock extends GatewayCommand {
  static override summary = 'Take an asset off the lists of a running gateway';
  static override description = 'Admission decides by scan and policy again. It is no error when the asset was on no list.';
  static override examples = ['<%= config.bin %> enforce unblock skill web-search'];
  static override args = TARGET_ARGS;
  static override flags = ENFORCE_FLAGS;

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(EnforceUnblock);
    const answer = await changeList(flags, 'DELETE', '/enforce/block', { ...args, reason: flags.reason });
    this.log(`${args.type} ${args.name}: ${answer.status}`);
    return answer;
  }
}
