import { expect, it } from 'vitest';
import { createEvaluator } from '../../src/evaluator/create-evaluator.js';
import { testCompiler } from '../helpers/compile.js';
import { describeDifference, fuzz } from './fuzz.js';

const CASES = 1_000;

/** Some 20 s on two quiet cores. */
const TIMEOUT = 300_000;

it(
  'the engines agree on seeded policies, but for the known differences',
  async () => {
    const evaluator = createEvaluator({ workers: 1, timeoutMs: 10_000, maxQueue: 100_000 });
    try {
      const { compared, different } = await fuzz({ compiler: testCompiler(), evaluator }, { cases: CASES, seed: 1, maxShrunk: 1 });
      expect(different.map(describeDifference)).toEqual([]);
      // The generator makes what OPA's compiler takes often enough to say something.
      expect(compared).toBeGreaterThan(CASES / 5);
    } finally {
      await evaluator.close();
    }
  },
  TIMEOUT,
);
