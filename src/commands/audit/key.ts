import { GatewayCommand } from '../../cli/base-command.js';
import { configFromFlags } from '../../cli/settings.js';
import { publicKeyText } from '../../audit/signing-key.js';

export default class AuditKey extends GatewayCommand {
  static override summary = 'Print the public half of the key that signs the audit trail';
  static override description = 'Keep it where the gateway cannot write: whoever has it can verify an export of the trail.';
  static override examples = ['<%= config.bin %> audit key > audit.pub'];

  async run(): Promise<{ readonly key: string }> {
    const { flags } = await this.parse(AuditKey);
    const key = publicKeyText(configFromFlags(flags).paths.auditKey);
    this.log(key);
    return { key };
  }
}
