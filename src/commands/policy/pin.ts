import { Args, Flags } from '@oclif/core';
import { AskGatewayCommand } from '../../cli/ask-gateway-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';

export default class PolicyPin extends AskGatewayCommand {
  static override summary = 'Hold what serves against later saves';
  static override description =
    'Saves are compiled, checked and reported, but not served, until `policy resume` or `policy reload`. A revision that does not serve is brought up first. Exit codes: 0 done, 1 refused, 3 unreachable, 4 no or wrong token.';
  static override examples = ['<%= config.bin %> policy pin', '<%= config.bin %> policy pin serving --reason "release freeze"'];
  static override args = {
    revision: Args.string({
      ignoreStdin: true,
      description: 'serving, previous, ~N, a number of the history, or the first digits of a revision',
      default: 'serving',
    }),
  };
  static override flags = {
    ...ADDRESS_FLAGS,
    reason: Flags.string({ char: 'm', description: 'Why; kept in the audit trail' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PolicyPin);
    return this.ask(flags, '/policy/pin', { revision: args.revision, ...(flags.reason === undefined ? {} : { reason: flags.reason }) });
  }
}
