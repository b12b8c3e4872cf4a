import { GatewayCommand } from '../cli/base-command.js';
import { ADDRESS_FLAGS } from '../cli/flags.js';
import { openGateway } from '../cli/open-gateway.js';
import { renderStatus } from '../cli/render-status.js';
import type { StatusBody } from '../cli/render-status.js';
import { ERRORS, GatewayError } from '../errors.js';

export default class Status extends GatewayCommand {
  static override summary = 'Show what a running gateway serves';
  static override description =
    'Exit codes: 0 serving, 1 degraded (no revision, or the last reload was rejected), 3 unreachable, 4 no or wrong token.';
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json'];
  static override flags = ADDRESS_FLAGS;

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status);
    const client = openGateway(flags);
    const { status, body } = await client.call('GET', '/status');
    if (status !== 200) throw new GatewayError('gateway_refused', `${client.base}/status answered HTTP ${status}`);
    const answer = body as StatusBody;
    this.log(renderStatus(client.base, answer, this.paint));
    if (answer.policy.state !== 'current') this.endWith(ERRORS.policy_rejected.exit);
    return body;
  }
}
