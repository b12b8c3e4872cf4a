import { Args, Flags } from '@oclif/core';
import { AskGatewayCommand } from '../../cli/ask-gateway-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';

export default class PolicyRollback extends AskGatewayCommand {
  static override summary = 'Make a running gateway serve a kept revision again';
  static override description =
    'Goes back at once, without the compiler and without the folder, and pins: later saves are compiled, checked and reported, but not served, until `policy resume`, `policy reload` or a rollback elsewhere. Exit codes: 0 done, 1 refused, 3 unreachable, 4 no or wrong token.';
  static override examples = [
    '<%= config.bin %> policy rollback',
    '<%= config.bin %> policy rollback 5dd1c55ecc00 --reason "blocks the package mirror"',
    '<%= config.bin %> policy rollback ~2',
  ];
  static override args = {
    revision: Args.string({
      ignoreStdin: true,
      description: 'previous, ~N, a number of the history, or the first digits of a revision',
      default: 'previous',
    }),
  };
  static override flags = {
    ...ADDRESS_FLAGS,
    reason: Flags.string({ char: 'm', description: 'Why; kept in the history and in the audit trail' }),
    gates: Flags.boolean({ description: 'Ask the gates about the kept revision too' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PolicyRollback);
    const { reason, gates } = flags;
    return this.ask(flags, '/policy/rollback', {
      revision: args.revision,
      ...(reason === undefined ? {} : { reason }),
      ...(gates ? { gates } : {}),
    });
  }
}
