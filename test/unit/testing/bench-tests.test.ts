import { expect, it } from 'vitest';
import type { PreparedRevision } from '../../../src/evaluator/evaluator.js';
import { benchTests } from '../../../src/testing/bench-tests.js';

const COLD = 1_000_000;
const WARM = 100;

/** An engine that is slow until it has run 200 times. */
function warmingEngine(): Pick<PreparedRevision, 'evaluate'> {
  let runs = 0;
  return {
    evaluate: () => Promise.resolve({ result: 'true', notes: { printed: [], cases: [], durationNs: ++runs > 200 ? WARM : COLD } }),
  };
}

it('does not count the way to warm code, however little time is given', async () => {
  const location = { file: 'a_test.rego', row: 3, col: 1 };
  const tests = [{ package: 'data.a', name: 'test_x', location, entrypoint: 't0', skip: false, table: false }];
  const found = [];
  const options = { wanted: () => true, timeoutMs: 1000, benchTimeMs: 1 };
  for await (const one of benchTests(warmingEngine() as PreparedRevision, { tests }, options)) found.push(one);
  expect(found).toMatchObject([{ status: 'pass', nsPerOp: WARM, medianNs: WARM }]);
});
