import { Flags } from '@oclif/core';
import { decideLocally } from '../../cli/decide-locally.js';
import { DecideLocallyCommand, EXPLAIN_FLAGS } from '../../cli/decide-locally-command.js';
import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { GatewayError } from '../../errors.js';

export default class PolicyEvaluate extends DecideLocallyCommand {
  static override summary = 'Dry-run the admission decision for one asset';
  static override description =
    'Asks the admission policy of the folder, without a gateway and with empty block and allow lists. Without --severity the asset counts as not yet scanned.';
  static override examples = [
    '<%= config.bin %> policy evaluate --target-name web-search --severity HIGH --findings 2',
    '<%= config.bin %> policy evaluate --target-name web-search --severity HIGH --explain',
  ];
  static override args = POLICY_ARGS;
  static override flags = {
    ...POLICY_FLAGS,
    'target-type': Flags.string({ default: 'skill', description: 'Kind of the asset: skill, mcp, plugin' }),
    'target-name': Flags.string({ description: 'Name of the asset' }),
    severity: Flags.string({ description: 'Highest severity of the scan; empty means not yet scanned' }),
    findings: Flags.integer({ default: 1, description: 'Findings of the scan' }),
    ...EXPLAIN_FLAGS,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PolicyEvaluate);
    if (flags['target-name'] === undefined) throw new GatewayError('usage', '--target-name is required');
    const scan =
      flags.severity === undefined || flags.severity === ''
        ? {}
        : { scan_result: { max_severity: flags.severity, total_findings: flags.findings } };
    const input = {
      target_type: flags['target-type'],
      target_name: flags['target-name'],
      path: '/dry-run',
      block_list: [],
      allow_list: [],
      ...scan,
    };
    const { explain } = flags;
    const { decision, why } = await this.withEngine({ args, flags }, (local) =>
      decideLocally(local, 'defenseclaw/admission', input, explain),
    );
    return this.tellDecision(ordered(decision), why);
  }
}

/** The verdict first, and every action, also one that the policy leaves out: scripts read them all. */
function ordered(decision: unknown): unknown {
  if (typeof decision !== 'object' || decision === null) return decision;
  return { verdict: '', reason: '', file_action: '', install_action: '', runtime_action: '', ...decision };
}
