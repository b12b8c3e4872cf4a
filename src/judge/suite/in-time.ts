import type { Replayed } from '../../evaluator/replica.js';

/** How often an evaluation may run out of time before that counts. */
const TRIES = 3;

/** Evaluates until it is done in time, a few times at most: that the machine was busy says nothing of the policies. */
export function inTime(evaluate: () => Replayed, tries = TRIES): Replayed {
  const replayed = evaluate();
  return 'error' in replayed && replayed.error === 'evaluation_timeout' && tries > 1 ? inTime(evaluate, tries - 1) : replayed;
}
