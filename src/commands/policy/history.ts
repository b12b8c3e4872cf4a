import { Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { withLocalHistory } from '../../cli/local-history.js';
import { renderHistory } from '../../cli/render-history.js';
import { wireEntry } from '../../history/entry-wire.js';

export default class PolicyHistoryCommand extends GatewayCommand {
  static override summary = 'List what served, and what was refused';
  static override description =
    'Newest first, out of the store of the data folder: it works while a gateway runs and while none does. --bind and --port name the gateway whose serving revision is marked.';
  static override examples = ['<%= config.bin %> policy history', '<%= config.bin %> policy history --limit 5 --json'];
  static override flags = {
    ...ADDRESS_FLAGS,
    limit: Flags.integer({ char: 'n', min: 1, max: 100_000, default: 20, description: 'At most this many attempts' }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PolicyHistoryCommand);
    const listing = await withLocalHistory(flags, this.config.version, (history) => history.list(flags.limit));
    this.log(listing.entries.length === 0 ? 'nothing is kept yet' : renderHistory(listing, this.paint, this.columns));
    return { ...listing, entries: listing.entries.map(wireEntry) };
  }
}
