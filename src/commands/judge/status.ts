import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { openGateway } from '../../cli/open-gateway.js';
import { renderJudge } from '../../cli/render-judge.js';
import type { JudgeBody } from '../../cli/render-judge.js';
import { ERRORS, GatewayError } from '../../errors.js';

export default class JudgeStatus extends GatewayCommand {
  static override summary = 'Show the LLM judge of a running gateway and its cache of verdicts';
  static override description =
    'Exit codes: 0 ready or off, 1 its provider fails (circuit open), 3 gateway unreachable, 4 no or wrong token.';
  static override examples = ['<%= config.bin %> judge status', '<%= config.bin %> judge status --json'];
  static override flags = ADDRESS_FLAGS;

  async run(): Promise<unknown> {
    const { flags } = await this.parse(JudgeStatus);
    const client = openGateway(flags);
    const { status, body } = await client.call('GET', '/status');
    if (status !== 200) throw new GatewayError('gateway_refused', `${client.base}/status answered HTTP ${status}`);
    const { judge = { enabled: false } } = body as { readonly judge?: JudgeBody };
    this.log(renderJudge(judge, this.paint));
    if (judge.enabled && judge.circuit === 'open') this.endWith(ERRORS.policy_rejected.exit);
    return judge;
  }
}
