import type { Evaluator } from '../evaluator/evaluator.js';
import type { Serving } from './serving.js';

/** The evaluator with the serving processes beside it: a revision is ready when both have it, and both change over at the swap. */
export function withServing(evaluator: Evaluator, serving: Pick<Serving, 'prepare'>): Evaluator {
  return {
    ...evaluator,
    async prepare(revision) {
      const [pooled, served] = await Promise.allSettled([evaluator.prepare(revision), serving.prepare(revision)]);
      if (pooled.status === 'fulfilled' && served.status === 'fulfilled') {
        return {
          evaluate: (request) => pooled.value.evaluate(request),
          activate: () => served.value.activate(),
          release() {
            pooled.value.release();
            served.value.release();
          },
        };
      }
      if (pooled.status === 'fulfilled') pooled.value.release();
      if (served.status === 'fulfilled') served.value.release();
      throw pooled.status === 'rejected' ? pooled.reason : served.status === 'rejected' ? served.reason : undefined;
    },
  };
}
