import type { Evaluation } from '../../evaluator/evaluator.js';
import type { RequestMetrics } from '../deps.js';

/** Counts one evaluation of the Data API by what it came to; undefined for one that failed. `start` is of `performance.now()`. */
export function countData({ evaluation: note }: Pick<RequestMetrics, 'evaluation'>, made: Evaluation | undefined, start: number): void {
  const verdict = made === undefined ? 'error' : made.result === undefined ? 'undefined' : 'defined';
  note('data', verdict, (performance.now() - start) / 1000);
}

/** Waits for one evaluation and counts it. */
export async function counted(metrics: Pick<RequestMetrics, 'evaluation'>, asked: Promise<Evaluation>): Promise<Evaluation> {
  const start = performance.now();
  let made: Evaluation | undefined;
  try {
    made = await asked;
    return made;
  } finally {
    countData(metrics, made, start);
  }
}
