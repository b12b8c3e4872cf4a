import { reloadBound, sayWhileWaiting } from './await-reload.js';
import { GatewayCommand } from './base-command.js';
import { wrapped } from './fit.js';
import { openGateway } from './open-gateway.js';
import { refusalOf, renderChange } from './reload-body.js';
import type { ReloadBody } from './reload-body.js';
import type { SettingFlags } from './settings.js';
import { whoAmI } from './who-am-i.js';
import { ERRORS } from '../errors.js';

/** A command that has a running gateway change what it serves, and says what came of it. */
export abstract class AskGatewayCommand extends GatewayCommand {
  protected async ask(flags: SettingFlags, route: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const asked = openGateway(flags, reloadBound).call('POST', route, { by: whoAmI(), ...body });
    const answer = await sayWhileWaiting(asked, (line) => this.logToStderr(this.paintError('dim', line)));
    if (answer.status === 200) {
      this.log(wrapped(renderChange(answer.body as ReloadBody), 2, this.columns));
      return answer.body;
    }
    this.endWith(answer.status === 401 ? ERRORS.token_missing.exit : ERRORS.policy_rejected.exit);
    if (!this.jsonEnabled()) this.say(refusalOf(answer.body));
    return answer.body;
  }
}
