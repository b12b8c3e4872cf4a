import type { Evaluator } from '../../evaluator/evaluator.js';
import type { Masker } from './masker.js';

/** The evaluator with the masks beside it: a revision that says what is recorded is ready when it can be asked that too. */
export function withMasks(evaluator: Evaluator, masks: { readonly prepareMasks: Masker['prepare'] } | undefined): Evaluator {
  if (masks === undefined) return evaluator;
  return {
    ...evaluator,
    async prepare(revision) {
      const hold = await masks.prepareMasks(revision);
      if (hold === undefined) return evaluator.prepare(revision);
      try {
        const prepared = await evaluator.prepare(revision);
        return {
          ...prepared,
          release() {
            prepared.release();
            hold.release();
          },
        };
      } catch (thrown) {
        hold.release();
        throw thrown;
      }
    },
  };
}
