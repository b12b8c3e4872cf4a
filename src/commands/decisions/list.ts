import { Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { DECISION_FLAGS, EXPORT_FLAGS, readDecisions, TIME_FLAGS } from '../../cli/decision-flags.js';
import { page } from '../../cli/pager.js';
import { putOut } from '../../cli/print-lines.js';
import { renderDecisions } from '../../cli/render-decisions.js';
import type { DecisionRecord } from '../../decisions/record.js';

export default class DecisionsList extends GatewayCommand {
  static override summary = 'List decisions, the newest first';
  static override description =
    "Reads the records of the data folder; a gateway may be writing at the same time, or none may run. With --json each record is one line, as it is kept: the format of OPA's decision logs, and what --file of these commands reads.";
  static override examples = [
    '<%= config.bin %> decisions list --result deny --since 1h',
    '<%= config.bin %> decisions list --json --limit 0 > decisions.jsonl',
  ];
  static override enableJsonFlag = false;
  static override flags = {
    ...DECISION_FLAGS,
    ...TIME_FLAGS,
    ...EXPORT_FLAGS,
    limit: Flags.integer({ char: 'n', min: 0, max: 100_000_000, default: 20, description: 'At most this many; 0 for all' }),
    oldest: Flags.boolean({ description: 'The oldest first' }),
    json: Flags.boolean({ description: 'One JSON object a line' }),
    pager: Flags.string({ env: 'PAGER', default: 'less -FRX', description: 'Program that shows a long list on a terminal' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DecisionsList);
    const kept = readDecisions(flags, { order: flags.oldest ? 'oldest' : 'newest', limit: flags.limit === 0 ? undefined : flags.limit });
    const records: DecisionRecord[] = [];
    for await (const { record, text } of kept) {
      if (flags.json) await putOut(`${text}\n`);
      else records.push(record);
    }
    if (flags.json) return;
    const shown = records.length === 0 ? 'no decisions' : renderDecisions(records, this.paint, this.columns);
    await page(this.shown(shown), flags.pager, (text) => this.log(text));
  }
}
