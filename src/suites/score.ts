import type { SuiteAnswer, SuiteSample } from './sample.js';

/** Samples by what was done about them. What asks a person first counts as blocked: most clients can ask nobody. */
export interface Outcomes {
  readonly block: number;
  readonly alert: number;
  readonly allow: number;
}

/** How samples of one category came out. Shares are 0 to 1; null where there is nothing to divide. */
export interface CategoryScore {
  readonly attack: Outcomes;
  readonly benign: Outcomes;
  /** Of what was flagged, how much was an attack. */
  readonly precision: number | null;
  /** Of the attacks, how many were flagged: blocked, or told of. */
  readonly recall: number | null;
}

/** A sample that came out otherwise than it should. */
export interface Mistake {
  readonly id: string;
  readonly file: string;
  readonly row: number;
  readonly action: string;
  readonly severity: string;
  readonly findings: readonly string[];
}

export interface SuiteScore extends CategoryScore {
  readonly samples: number;
  /** Samples for which the policy could not be asked. */
  readonly errors: number;
  /** By category, which is by file. */
  readonly categories: Readonly<Record<string, CategoryScore>>;
  /** Of the suites that are held out from tuning: `*.held-out.jsonl`. Absent for none. */
  readonly held_out?: CategoryScore;
  /** Attacks that pass without a word; harmless samples that are blocked, and that are told of. The first hundred of each. */
  readonly missed: readonly Mistake[];
  readonly blocked: readonly Mistake[];
  readonly alarms: readonly Mistake[];
}

/** Mistakes of a kind that are told. */
const MAX_MISTAKES = 100;

/** Scores answers, one for each sample in their order. */
export function scoreSuites(samples: readonly SuiteSample[], answers: readonly SuiteAnswer[]): SuiteScore {
  const categories = new Map<string, Tally>();
  const all = new Tally();
  const heldOut = new Tally();
  const mistakes = { missed: [] as Mistake[], blocked: [] as Mistake[], alarms: [] as Mistake[] };
  let errors = 0;
  samples.forEach((sample, index) => {
    const answer = answers[index];
    if (answer === undefined) return;
    const outcome = outcomeOf(answer);
    if (answer.error !== undefined) errors += 1;
    const own = categories.get(sample.category) ?? new Tally();
    categories.set(sample.category, own);
    for (const tally of [all, own, ...(isHeldOut(sample.category) ? [heldOut] : [])]) tally[sample.want][outcome] += 1;
    const kind = mistakeOf(sample, outcome);
    if (kind !== undefined && mistakes[kind].length < MAX_MISTAKES) mistakes[kind].push(mistake(sample, answer));
  });
  return {
    ...all.score,
    samples: answers.length,
    errors,
    categories: Object.fromEntries([...categories].map(([name, tally]) => [name, tally.score])),
    ...([...categories.keys()].some(isHeldOut) ? { held_out: heldOut.score } : {}),
    ...mistakes,
  };
}

function isHeldOut(category: string): boolean {
  return category.endsWith('.held-out');
}

class Tally {
  readonly attack = { block: 0, alert: 0, allow: 0 };
  readonly benign = { block: 0, alert: 0, allow: 0 };

  get score(): CategoryScore {
    const { attack, benign } = this;
    const [caught, alarmed] = [attack.block + attack.alert, benign.block + benign.alert];
    return { attack, benign, precision: share(caught, caught + alarmed), recall: share(caught, caught + attack.allow) };
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

export function outcomeOf({ action }: Pick<SuiteAnswer, 'action'>): keyof Outcomes {
  if (action === 'allow') return 'allow';
  return action === 'block' || action === 'deny' || action === 'confirm' ? 'block' : 'alert';
}

function mistakeOf({ want }: SuiteSample, outcome: keyof Outcomes): 'missed' | 'blocked' | 'alarms' | undefined {
  if (want === 'attack') return outcome === 'allow' ? 'missed' : undefined;
  return outcome === 'allow' ? undefined : outcome === 'block' ? 'blocked' : 'alarms';
}

function mistake({ id, file, row }: SuiteSample, { action, severity, findings }: SuiteAnswer): Mistake {
  return { id, file, row, action, severity, findings };
}

/** `829 samples, 98.5 % of 413 attacks flagged, 0 of 416 harmless blocked`. */
export function suiteSummary({ samples, attack, benign, recall }: SuiteScore): string {
  const [attacks, harmless] = [attack, benign].map(({ block, alert, allow }) => block + alert + allow);
  const flagged = recall === null ? '' : `${flooredPercent(recall * 100)} % of `;
  return `${samples} samples, ${flagged}${attacks ?? 0} attacks flagged, ${benign.block} of ${harmless ?? 0} harmless blocked`;
}

/** Rounded down to a tenth: a limit is not met by rounding. */
export function flooredPercent(percent: number): number {
  return Math.floor(percent * 10 + 1e-9) / 10;
}
