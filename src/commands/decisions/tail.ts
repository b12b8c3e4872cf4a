import { Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { DECISION_FLAGS, decisionFilter, decisionsFolder } from '../../cli/decision-flags.js';
import { interrupted } from '../../cli/interrupted.js';
import { putOut } from '../../cli/print-lines.js';
import { renderDecision } from '../../cli/render-decisions.js';
import { followDecisions } from '../../decisions/follow.js';
import { openDecisions } from '../../decisions/reader.js';
import type { KeptDecision } from '../../decisions/record.js';

export default class DecisionsTail extends GatewayCommand {
  static override summary = 'Show decisions as they are made, until it is interrupted';
  static override description = 'Reads the records of the data folder, some tenths of a second after the decision.';
  static override examples = ['<%= config.bin %> decisions tail --result deny', '<%= config.bin %> decisions tail --json | jq .input'];
  static override enableJsonFlag = false;
  static override flags = {
    ...DECISION_FLAGS,
    lines: Flags.integer({ char: 'n', min: 0, max: 10_000, default: 10, description: 'Begin with so many that were made before' }),
    json: Flags.boolean({ description: 'One JSON object a line' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DecisionsTail);
    const ended = interrupted();
    const folder = decisionsFolder(flags);
    const filter = decisionFilter(flags);
    const before: KeptDecision[] = [];
    for await (const kept of openDecisions(folder).read({ ...filter, limit: flags.lines })) before.unshift(kept);
    const show = ({ record, text }: KeptDecision): Promise<void> =>
      putOut(`${flags.json ? text : this.shown(renderDecision(record, this.paint, this.columns))}\n`);
    for (const kept of before) await show(kept);
    for await (const kept of followDecisions(folder, filter, ended)) await show(kept);
  }
}
