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

it('measures each test as often as asked, and one that does not pass but once', async () => {
  const location = { file: 'a_test.rego', row: 3, col: 1 };
  const rule = { package: 'data.a', location, skip: false, table: false };
  const tests = [
    { ...rule, name: 'test_x', entrypoint: 't0' },
    { ...rule, name: 'test_y', entrypoint: 't1' },
  ];
  const evaluate = ({ entrypoint }: { entrypoint: string }): Promise<unknown> =>
    Promise.resolve({ result: String(entrypoint === 't0'), notes: { printed: [], cases: [], durationNs: WARM } });
  const engine = { evaluate } as unknown as PreparedRevision;
  const found = [];
  for await (const one of benchTests(engine, { tests }, { wanted: () => true, timeoutMs: 1000, benchTimeMs: 1, rounds: 2 }))
    found.push(one);
  expect(found.map(({ name, status }) => `${name} ${status}`)).toEqual(['test_x pass', 'test_x pass', 'test_y fail']);
});
