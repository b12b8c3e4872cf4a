import type { EnforcementEntry } from '../../audit/enforcement-store.js';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { openGateway } from '../../cli/open-gateway.js';
import { renderEnforcement } from '../../cli/render-enforcement.js';
import type { Enforcement } from '../../cli/render-enforcement.js';
import { requireOk } from '../../cli/require-ok.js';

export default class EnforceList extends GatewayCommand {
  static override summary = 'Show the block and allow lists of a running gateway';
  static override examples = ['<%= config.bin %> enforce list', '<%= config.bin %> enforce list --json'];
  static override flags = ADDRESS_FLAGS;

  async run(): Promise<Enforcement> {
    const { flags } = await this.parse(EnforceList);
    const client = openGateway(flags);
    const read = async (path: string): Promise<readonly EnforcementEntry[]> =>
      requireOk(path, await client.call('GET', path)) as readonly EnforcementEntry[];
    const [blocked, allowed] = await Promise.all([read('/enforce/blocked'), read('/enforce/allowed')]);
    this.log(renderEnforcement({ blocked, allowed }, this.paint, this.columns));
    return { blocked, allowed };
  }
}
