import { Args } from '@oclif/core';
import { POLICY_FOUND } from '../../../cli/flags.js';
import { LocalPolicyCommand } from '../../../cli/local-policy-command.js';
import { count, renderDiagnostics } from '../../../cli/render-diagnostics.js';
import { ERRORS } from '../../../errors.js';
import { checkRulePacks } from '../../../gateway/check-rule-packs.js';
import type { CheckedPack } from '../../../gateway/check-rule-packs.js';

export default class PolicyRulepackValidate extends LocalPolicyCommand {
  static override summary = 'Check rule packs without serving them';
  static override description =
    'Reads rules, suppressions, sensitive tools and judge files, compiles every pattern, and names what is wrong by file, row and column. What has no use here is a warning. Exit codes: 0 valid, 1 errors.';
  static override examples = [
    '<%= config.bin %> policy rulepack validate',
    '<%= config.bin %> policy rulepack validate ./policies/guardrail/strict',
  ];
  static override args = {
    dir: Args.string({
      ignoreStdin: true,
      description: `A rule pack, or a policy folder with packs in guardrail/ (${POLICY_FOUND}; where that has no packs, the policy folder of the gateway)`,
    }),
  };

  /** It reads no modules at all. */
  protected override readonly tellsUnread = true;

  async run(): Promise<{ readonly valid: boolean; readonly packs: readonly CheckedPack[] }> {
    const { args, flags } = await this.parse(PolicyRulepackValidate);
    const { dir, config } = await this.folder({ args, flags });
    const packs = await checkRulePacks(dir, args.dir === undefined ? config.paths.policyDir : undefined);
    for (const pack of packs) this.#show(pack);
    const valid = packs.every((pack) => pack.valid);
    this.endWith(valid ? 0 : ERRORS.policy_rulepack_invalid.exit);
    return { valid, packs };
  }

  #show({ name, dir, valid, rules, suppressions, tools, ignored, diagnostics }: CheckedPack): void {
    if (diagnostics.length > 0) this.logToStderr(renderDiagnostics(diagnostics, this.paintError, this.errorColumns));
    const holds = [count(rules, 'rule'), count(suppressions, 'suppression'), count(tools, 'sensitive tool')].join(', ');
    const rest = ignored.length === 0 ? '' : `; not used: ${ignored.join(' ')}`;
    const mark = valid ? this.paint('green', '✓') : this.paint('red', '✗');
    this.log(`${mark} ${name}: ${holds}${rest} (${dir})`);
  }
}
