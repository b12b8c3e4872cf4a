import { Args } from '@oclif/core';
import path from 'node:path';
import { GatewayCommand } from '../../../cli/base-command.js';
import { configFromFlags } from '../../../cli/settings.js';
import { count, renderDiagnostics } from '../../../cli/render-diagnostics.js';
import { ERRORS, GatewayError } from '../../../errors.js';
import { checkRulePacks } from '../../../gateway/check-rule-packs.js';
import type { CheckedPack } from '../../../gateway/check-rule-packs.js';

export default class PolicyRulepackValidate extends GatewayCommand {
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
      description: 'A rule pack, or a policy folder with packs in guardrail/ (default: the policy folder of the gateway)',
    }),
  };

  async run(): Promise<{ readonly valid: boolean; readonly packs: readonly CheckedPack[] }> {
    const { args, flags } = await this.parse(PolicyRulepackValidate);
    const dir = args.dir === undefined ? configFromFlags(flags).paths.policyDir : path.resolve(args.dir);
    if (dir === undefined) throw new GatewayError('policy_dir_missing', 'no policy folder is configured');
    const packs = await checkRulePacks(dir);
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
