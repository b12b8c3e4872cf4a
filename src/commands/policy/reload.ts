import { Flags } from '@oclif/core';
import { reloadBound, sayWhileWaiting } from '../../cli/await-reload.js';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { openGateway } from '../../cli/open-gateway.js';
import { diagnosticsOf, messageOf } from '../../cli/reload-body.js';
import { renderDiagnostics } from '../../cli/render-diagnostics.js';
import { whoAmI } from '../../cli/who-am-i.js';
import { ERRORS } from '../../errors.js';

export default class PolicyReload extends GatewayCommand {
  static override summary = 'Make a running gateway reload its policies now';
  static override description = `Prints the gateway's answer. Exit codes: 0 reloaded or unchanged, ${ERRORS.policy_rejected.exit} rejected, ${ERRORS.gateway_unreachable.exit} unreachable, ${ERRORS.token_missing.exit} no or wrong token.`;
  static override examples = [
    '<%= config.bin %> policy reload',
    '<%= config.bin %> policy reload --force',
    '<%= config.bin %> policy reload --port 19000 --json',
  ];
  static override flags = {
    ...ADDRESS_FLAGS,
    force: Flags.boolean({
      description: 'Swap although a gate (tests, coverage) refuses; never past a compile error. Kept in the audit trail.',
    }),
    accept: Flags.string({
      multiple: true,
      description: 'Serve although this guard refuses; can be given more than once. Kept in the audit trail.',
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PolicyReload);
    const asked = openGateway(flags, reloadBound).call('POST', '/policy/reload', {
      by: whoAmI(),
      ...(flags.force ? { force: true } : {}),
      ...(flags.accept === undefined ? {} : { accept: flags.accept }),
    });
    const { status, body } = await sayWhileWaiting(asked, (line) => this.logToStderr(this.paintError('dim', line)));
    if (status === 200) {
      this.log(JSON.stringify(body, undefined, 2));
      return body;
    }
    this.endWith(ERRORS.policy_rejected.exit);
    const diagnostics = diagnosticsOf(body);
    if (diagnostics.length > 0) this.logToStderr(renderDiagnostics(diagnostics, this.paintError));
    this.logToStderr(`${this.paintError('red', 'Error:')} reload failed (HTTP ${status}): ${messageOf(body)}`);
    return body;
  }
}
