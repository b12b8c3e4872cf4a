import type { SuiteAnswer, SuiteSample } from './sample.js';
import { outcomeOf } from './score.js';

/** A sample that two revisions answer otherwise. */
export interface SuiteDifference {
  readonly id: string;
  readonly file: string;
  readonly row: number;
  readonly want: SuiteSample['want'];
  readonly before: string;
  readonly after: string;
  /** Better: an attack that is flagged now, a harmless sample that is let through now, or blocked no more. */
  readonly better: boolean;
}

const RANK = { allow: 0, alert: 1, block: 2 } as const;

/** Samples whose action differs, in their order. */
export function suiteDifferences(
  samples: readonly SuiteSample[],
  before: readonly SuiteAnswer[],
  after: readonly SuiteAnswer[],
): readonly SuiteDifference[] {
  return samples.flatMap(({ id, file, row, want }, index): SuiteDifference[] => {
    const [was, is] = [before[index], after[index]];
    if (was === undefined || is === undefined || was.action === is.action) return [];
    const up = RANK[outcomeOf(is)] > RANK[outcomeOf(was)];
    return [{ ...{ id, file, row, want, before: was.action, after: is.action }, better: up === (want === 'attack') }];
  });
}
