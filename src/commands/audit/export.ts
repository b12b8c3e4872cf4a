import { GatewayCommand } from '../../cli/base-command.js';
import { AUDIT_FLAGS, filterFrom, openTrail } from '../../cli/audit-trail.js';
import { putOut } from '../../cli/print-lines.js';

export default class AuditExport extends GatewayCommand {
  static override summary = 'Write the audit trail to standard output, one JSON object a line, oldest first';
  static override description = 'A whole trail ends with its signed checkpoints, so that `audit verify --file` can prove it anywhere.';
  static override examples = [
    '<%= config.bin %> audit export > audit.jsonl',
    '<%= config.bin %> audit export --action policy-reload --since 2026-01-01T00:00:00Z',
  ];
  static override enableJsonFlag = false;
  static override flags = AUDIT_FLAGS;

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditExport);
    const trail = openTrail(flags);
    try {
      const filter = filterFrom(flags);
      for (const line of trail.export(filter)) await putOut(line);
      // The checkpoints speak for the whole trail: with a part of it nothing can be proven.
      if (Object.keys(filter).length === 0)
        for (const checkpoint of trail.checkpoints()) await putOut(`${JSON.stringify({ checkpoint })}\n`);
    } finally {
      trail.close();
    }
  }
}
