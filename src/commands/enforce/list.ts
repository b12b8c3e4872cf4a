import type { EnforcementEntry } from '../../audit/enforcement-store.js';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { openGateway } from '../../cli/open-gateway.js';
import { plainTable } from '../../cli/plain-table.js';
import { requireOk } from '../../cli/require-ok.js';

export default class EnforceList extends GatewayCommand {
  static override summary = 'Show the block and allow lists of a running gateway';
  static override examples = ['<%= config.bin %> enforce list', '<%= config.bin %> enforce list --json'];
  static override flags = ADDRESS_FLAGS;

  async run(): Promise<{ readonly blocked: readonly EnforcementEntry[]; readonly allowed: readonly EnforcementEntry[] }> {
    const { flags } = await this.parse(EnforceList);
    const client = openGateway(flags);
    const read = async (path: string): Promise<readonly EnforcementEntry[]> =>
      requireOk(path, await client.call('GET', path)) as readonly EnforcementEntry[];
    const [blocked, allowed] = await Promise.all([read('/enforce/blocked'), read('/enforce/allowed')]);
    const row = (list: string, entry: EnforcementEntry): string[] => [
      ...[list, entry.target_type, entry.target_name, entry.source_path ?? '', entry.reason, entry.updated_at],
    ];
    const rows = [
      ...blocked.map((entry) => row(this.paint('red', 'blocked'), entry)),
      ...allowed.map((entry) => row(this.paint('green', 'allowed'), entry)),
    ];
    this.log(
      rows.length === 0 ? 'both lists are empty' : plainTable(['LIST', 'TYPE', 'NAME', 'PATH', 'REASON', 'SINCE'], rows, this.paint),
    );
    return { blocked, allowed };
  }
}
