import { GatewayCommand } from '../../cli/base-command.js';
import { configFromFlags } from '../../cli/settings.js';
import { requireToken } from '../../config/token.js';

export default class TokenShow extends GatewayCommand {
  static override summary = 'Print the token of the gateway, and nothing else';
  static override description =
    'What a client sends as `Authorization: Bearer TOKEN`. On standard error it says where the token was found. The first start of a gateway makes one; 4 means that there is none yet.';
  static override examples = ['TOKEN=$(<%= config.bin %> token show)'];

  async run(): Promise<{ readonly token: string; readonly source: string }> {
    const { flags } = await this.parse(TokenShow);
    const { token, source } = requireToken(configFromFlags(flags));
    if (process.stdout.isTTY) this.logToStderr(this.paintError('dim', source));
    this.log(token);
    return { token, source };
  }
}
