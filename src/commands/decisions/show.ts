import { Args } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { keptDecision } from '../../cli/decision-flags.js';
import { renderWhole } from '../../cli/render-decisions.js';
import type { DecisionRecord } from '../../decisions/record.js';

export default class DecisionsShow extends GatewayCommand {
  static override summary = 'Show one decision: who asked what, and what it came to';
  static override description = 'The id stands in the answer, as `X-Decision-Id`.';
  static override examples = ['<%= config.bin %> decisions show 0198c3f2-77aa-7000-8a1b-5a0d6c1e2f30'];
  static override args = { id: Args.string({ required: true, description: 'Id of the decision' }) };

  async run(): Promise<DecisionRecord> {
    const { args, flags } = await this.parse(DecisionsShow);
    const kept = await keptDecision(flags, args.id);
    this.log(renderWhole(kept, this.paint, this.columns));
    return kept.record;
  }
}
