import { Flags } from '@oclif/core';
import { ERRORS } from '../errors.js';
import type { ExplainedDecision } from '../gateway/explain-again.js';
import { LocalPolicyCommand } from './local-policy-command.js';
import { renderWhy } from './render-why.js';

export const EXPLAIN_FLAGS = {
  explain: Flags.boolean({
    description: "Say why, by OPA's interpreter: which rules held, and the first expression that failed in those that did not",
  }),
};

/** A command that makes one decision on a folder. */
export abstract class DecideLocallyCommand extends LocalPolicyCommand {
  /** Prints a decision and, where it was asked for, why; ends with 1 when the interpreter decides otherwise than what serves. */
  protected tellDecision(decision: unknown, why: ExplainedDecision | undefined): unknown {
    this.log(JSON.stringify(decision, undefined, 2));
    if (why === undefined) return decision;
    this.log(renderWhy(why, this.paint, 'the engine that serves'));
    if (!why.agrees) this.endWith(ERRORS.decision_not_replayable.exit);
    return { decision, why };
  }
}
