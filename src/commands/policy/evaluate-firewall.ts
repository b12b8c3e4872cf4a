import { Flags } from '@oclif/core';
import { decideLocally } from '../../cli/decide-locally.js';
import { DecideLocallyCommand, EXPLAIN_FLAGS } from '../../cli/decide-locally-command.js';
import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { GatewayError } from '../../errors.js';

export default class PolicyEvaluateFirewall extends DecideLocallyCommand {
  static override summary = 'Dry-run the firewall decision for one destination';
  static override examples = ['<%= config.bin %> policy evaluate-firewall --destination github.com --port 443'];
  static override args = POLICY_ARGS;
  static override flags = {
    ...POLICY_FLAGS,
    destination: Flags.string({ description: 'Host name or address' }),
    port: Flags.integer({ default: 443, min: 0, max: 65_535, description: 'Port' }),
    protocol: Flags.string({ default: 'tcp', description: 'Protocol' }),
    'target-type': Flags.string({ default: 'skill', description: 'Kind of the asset that connects' }),
    ...EXPLAIN_FLAGS,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PolicyEvaluateFirewall);
    const { destination, port, protocol } = flags;
    if (destination === undefined) throw new GatewayError('usage', '--destination is required');
    const input = { target_type: flags['target-type'], destination, port, protocol };
    const { explain } = flags;
    const { decision, why } = await this.withEngine({ args, flags }, (local) =>
      decideLocally(local, 'defenseclaw/firewall', input, explain),
    );
    return this.tellDecision(decision, why);
  }
}
