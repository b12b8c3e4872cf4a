import { GatewayCommand } from '../../cli/base-command.js';
import { DECISION_FLAGS, EXPORT_FLAGS, readDecisions, TIME_FLAGS } from '../../cli/decision-flags.js';
import { renderStats } from '../../cli/render-decisions.js';
import { DecisionStats } from '../../decisions/stats.js';
import type { PathStats } from '../../decisions/stats.js';

export default class DecisionsStats extends GatewayCommand {
  static override summary = 'Add decisions up by path';
  static override description = 'Results, errors, and how long they took, of the records of the data folder or of an export.';
  static override examples = ['<%= config.bin %> decisions stats --since 24h', '<%= config.bin %> decisions stats --agent agent-7 --json'];
  static override flags = { ...DECISION_FLAGS, ...TIME_FLAGS, ...EXPORT_FLAGS };

  async run(): Promise<readonly PathStats[]> {
    const { flags } = await this.parse(DecisionsStats);
    const stats = new DecisionStats();
    for await (const { record } of readDecisions(flags, {})) stats.add(record);
    const rows = stats.rows();
    this.log(rows.length === 0 ? 'no decisions' : renderStats(rows, this.paint, this.columns));
    return rows;
  }
}
