import { Flags } from '@oclif/core';
import { reloadBound, sayWhileWaiting } from '../../cli/await-reload.js';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { openGateway } from '../../cli/open-gateway.js';
import { refusalOf } from '../../cli/reload-body.js';
import { renderDryRun } from '../../cli/render-dry-run.js';
import { whoAmI } from '../../cli/who-am-i.js';
import { ERRORS } from '../../errors.js';
import type { DryRun } from '../../gateway/dry-run.js';
import { GUARD_NAMES } from '../../history/guards/guard-names.js';

export default class PolicyReload extends GatewayCommand {
  static override summary = 'Make a running gateway reload its policies now';
  static override description = `Prints the gateway's answer. Exit codes: 0 reloaded or unchanged, ${ERRORS.policy_rejected.exit} rejected, ${ERRORS.gateway_unreachable.exit} unreachable, ${ERRORS.token_missing.exit} no or wrong token. With --dry-run they are those that a reload would end with; nothing is swapped, kept or audited.`;
  static override examples = [
    '<%= config.bin %> policy reload',
    '<%= config.bin %> policy reload --force',
    { description: 'What a reload would change and what it would be refused for', command: '<%= config.bin %> policy reload --dry-run' },
    '<%= config.bin %> policy reload --port 19000 --json',
  ];
  static override flags = {
    ...ADDRESS_FLAGS,
    force: Flags.boolean({
      description: 'Swap although a gate (tests, coverage) refuses; never past a compile error. Kept in the audit trail.',
    }),
    accept: Flags.string({
      multiple: true,
      options: [...GUARD_NAMES],
      description: 'Serve although this guard refuses; can be given more than once. Kept in the audit trail.',
    }),
    'accept-impact': Flags.boolean({
      description: 'Serve although recorded decisions come out otherwise than gates.impact_budget allows. Kept in the audit trail.',
    }),
    'dry-run': Flags.boolean({
      description: 'Everything but the swap: what would change, what tests and guards say, and whether it would be served.',
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PolicyReload);
    const route = flags['dry-run'] ? '/policy/dry-run' : '/policy/reload';
    const asked = openGateway(flags, reloadBound).call('POST', route, {
      by: whoAmI(),
      ...(flags.force ? { force: true } : {}),
      ...(flags['accept-impact'] ? { accept_impact: true } : {}),
      ...(flags.accept === undefined ? {} : { accept: flags.accept }),
    });
    const { status, body } = await sayWhileWaiting(asked, (line) => this.logToStderr(this.paintError('dim', line)));
    if (status === 200 && flags['dry-run']) return this.#tellDryRun(body as DryRun);
    if (status === 200) {
      this.log(JSON.stringify(body, undefined, 2));
      return body;
    }
    this.endWith(ERRORS.policy_rejected.exit);
    if (!this.jsonEnabled()) this.say(refusalOf(body));
    return body;
  }

  #tellDryRun(report: DryRun): DryRun {
    this.log(renderDryRun(report, this.paint, this.columns));
    if (report.status === 'rejected') this.endWith(ERRORS.policy_rejected.exit);
    return report;
  }
}
