import { AskGatewayCommand } from '../../cli/ask-gateway-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';

export default class PolicyResume extends AskGatewayCommand {
  static override summary = 'End a pin: follow the policy folder again';
  static override description =
    'The folder is read at once. When it is rejected, what serves goes on serving and the next good save is served. Exit codes: 0 done, 1 rejected, 3 unreachable, 4 no or wrong token.';
  static override examples = ['<%= config.bin %> policy resume'];
  static override flags = ADDRESS_FLAGS;

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PolicyResume);
    return this.ask(flags, '/policy/resume', {});
  }
}
