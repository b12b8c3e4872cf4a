import type { Diagnostic } from '../policy/diagnostic.js';
import { flooredPercent } from './score.js';
import type { Mistake, SuiteScore } from './score.js';

/** What the suites of a folder may come to. */
export interface SuiteBudget {
  /** Harmless samples that may be blocked. */
  readonly maxBenignBlock: number;
  /** Least percent of the attacks that have to be flagged; undefined asks for none. */
  readonly minAttack: number | undefined;
}

/** Places that are named of one kind of mistake. */
const MAX_PLACES = 20;
/** Ids that one message names. */
const MAX_NAMED = 5;

/** What is over the budget: each harmless sample that is blocked at its line, and one finding about the attacks. */
export function overSuiteBudget(score: SuiteScore, { maxBenignBlock, minAttack }: SuiteBudget): readonly Diagnostic[] {
  const { benign, attack, blocked, missed, errors } = score;
  const found: Diagnostic[] = [];
  const error = (message: string, at?: Pick<Mistake, 'file' | 'row'>): void =>
    void found.push({
      ...({ severity: 'error', code: 'policy_suites_failed', message } as const),
      ...(at === undefined ? {} : { file: at.file, row: at.row }),
    });
  if (errors > 0) error(`the policy could not be asked for ${errors} of ${score.samples} samples`);
  if (benign.block > maxBenignBlock) {
    const all = benign.block + benign.alert + benign.allow;
    error(
      `${benign.block} of ${all} harmless samples would be blocked (gates.suites_budget.max_benign_block: ${maxBenignBlock}): ${named(blocked, benign.block)}`,
      blocked[0],
    );
    for (const one of blocked.slice(0, MAX_PLACES)) error(`${one.id} is harmless and would be blocked: ${why(one)}`, one);
  }
  const attacks = attack.block + attack.alert + attack.allow;
  const percent = attacks === 0 ? 100 : (100 * (attacks - attack.allow)) / attacks;
  if (minAttack !== undefined && percent < minAttack) {
    error(
      `${flooredPercent(percent)} % of ${attacks} attacks are flagged (gates.suites_budget.min_attack: ${minAttack}); missed: ${named(missed, attack.allow)}`,
      missed[0],
    );
  }
  return found;
}

function named(mistakes: readonly Mistake[], all: number): string {
  const shown = mistakes.slice(0, MAX_NAMED).map(({ id }) => id);
  return `${shown.join(', ')}${all > shown.length ? ` and ${all - shown.length} more` : ''}`;
}

function why({ action, severity, findings }: Mistake): string {
  return `${action} ${severity}${findings.length === 0 ? '' : `, ${findings.slice(0, MAX_NAMED).join(', ')}`}`;
}
