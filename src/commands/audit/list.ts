import { Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { AUDIT_FLAGS, filterFrom, withTrail } from '../../cli/audit-trail.js';
import { renderEvents } from '../../cli/render-events.js';
import type { AuditEvent } from '../../audit/event.js';

export default class AuditList extends GatewayCommand {
  static override summary = 'Show the newest events of the audit trail';
  static override description = 'Reads the state file of the data folder; a gateway may be writing it at the same time.';
  static override examples = [
    '<%= config.bin %> audit list --limit 20',
    '<%= config.bin %> audit list --outcome rejected --since 2026-01-01 --json',
  ];
  static override flags = {
    ...AUDIT_FLAGS,
    limit: Flags.integer({ char: 'n', min: 1, max: 10_000, default: 50, description: 'At most this many events' }),
  };

  async run(): Promise<readonly AuditEvent[]> {
    const { flags } = await this.parse(AuditList);
    const events = withTrail(flags, (trail) => trail.list(filterFrom(flags)));
    this.log(events.length === 0 ? 'no events' : renderEvents(events, this.paint, this.columns));
    return events;
  }
}
