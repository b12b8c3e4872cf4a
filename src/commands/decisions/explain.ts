import { Args } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { keptDecision } from '../../cli/decision-flags.js';
import { withLocalHistory } from '../../cli/local-history.js';
import { renderWhole } from '../../cli/render-decisions.js';
import { renderWhy } from '../../cli/render-why.js';
import { ERRORS } from '../../errors.js';
import { explainDecision } from '../../gateway/explain-decision.js';
import type { ExplainedDecision } from '../../gateway/explain-again.js';

export default class DecisionsExplain extends GatewayCommand {
  static override summary = 'Say why a decision came out as it did';
  static override description =
    "Makes it again in OPA's interpreter, with its revision, data and input as they were kept: which rules held, and the first expression that failed in those that did not. Exit codes: 0 the result is the recorded one, 1 it is another.";
  static override examples = ['<%= config.bin %> decisions explain 0198c3f2-77aa-7000-8a1b-5a0d6c1e2f30'];
  static override args = { id: Args.string({ required: true, description: 'Id of the decision' }) };

  async run(): Promise<ExplainedDecision> {
    const { args, flags } = await this.parse(DecisionsExplain);
    const kept = await keptDecision(flags, args.id);
    const told = await withLocalHistory(flags, this.config.version, (history, explain) => explainDecision({ history, explain }, kept));
    this.log(renderWhole(kept, this.paint, this.columns));
    this.log(renderWhy(told, this.paint));
    if (!told.agrees) this.endWith(ERRORS.decision_not_replayable.exit);
    return told;
  }
}
