import { describe, expect, it } from 'vitest';
import type { DecisionRecord, KeptDecision } from '../../../src/decisions/record.js';
import { overBudget } from '../../../src/impact/budget.js';
import { Replayer } from '../../../src/impact/replay.js';
import type { PathImpact } from '../../../src/impact/report.js';

function kept(n: number): KeptDecision {
  const record: DecisionRecord = {
    ...{ decision_id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`, timestamp: '2026-01-31T12:00:00Z', path: 'a/allow' },
    ...{ labels: { id: 'i', version: '1' }, bundles: { policies: { revision: 'r' } }, metrics: { timer_server_handler_ns: 1 } },
    ...{ custom: { domain: 'data', verdict: 'true', request_id: 'q' }, input: { n }, result: true },
  };
  return { record, text: JSON.stringify(record) };
}

const COUNT = 200;
const USUAL_MS = 0.2;

/** Runs decisions on a candidate whose evaluations take so long, the first of an input being number 0. */
function replayed(msOf: (evaluation: number) => number): {
  readonly path: PathImpact | undefined;
  readonly evaluations: number;
  readonly over: readonly string[];
} {
  let now = 0;
  let evaluations = 0;
  const seen = new Map<string, number>();
  const before = { has: () => true, evaluate: () => ((now += USUAL_MS), { result: 'true' }) };
  const after = {
    has: () => true,
    evaluate(_: string, input: Uint8Array | undefined) {
      const key = Buffer.from(input ?? []).toString();
      const number = seen.get(key) ?? 0;
      seen.set(key, number + 1);
      evaluations++;
      now += msOf(number);
      return { result: 'true' };
    },
  };
  const replayer = new Replayer(before, after, () => now);
  for (let n = 0; n < COUNT; n++) replayer.run(kept(n));
  const report = replayer.report();
  return { path: report.paths[0], evaluations, over: overBudget(report, { slowdown: 2 }) };
}

function examples(results: readonly [string, string]): PathImpact['examples'] {
  const [before, after] = results.map((result) => ({ has: () => true, evaluate: () => ({ result }) }));
  const replayer = new Replayer(before, after ?? { has: () => false, evaluate: () => ({ result: undefined }) });
  replayer.run(kept(1));
  return replayer.report().paths[0]?.examples ?? [];
}

describe('the examples of a replay', () => {
  it("leave out what is the policy's own business", () => {
    expect(examples(['{"_outcome":["deny",1],"n":1}', '{"_outcome":["allow",2],"n":2}'])).toMatchObject([
      { before: '{"n":1}', after: '{"n":2}' },
    ]);
  });

  it('show it where nothing else tells the sides apart, and what has none of it as it came', () => {
    expect(examples(['{"_outcome":1,"n":1}', '{"_outcome":2,"n":1}'])).toMatchObject([
      { before: '{"_outcome":1,"n":1}', after: '{"_outcome":2,"n":1}' },
    ]);
    expect(examples(['{"n":12345678901234567890}', '{"n":1}'])).toMatchObject([{ before: '{"n":12345678901234567890}' }]);
  });
});

describe('the times of a replay', () => {
  it('are those of the evaluations, not of what interrupts them on a busy machine', () => {
    const { path, over } = replayed((evaluation) => (evaluation === 0 ? 4 : USUAL_MS));
    expect(path).toMatchObject({ slowdown: 1, errors: 0, other: 0 });
    expect(over).toEqual([]);
  });

  it('show a candidate that is slower each time, which is not asked over and over to believe it', () => {
    const { path, over, evaluations } = replayed(() => 4);
    expect(path?.slowdown).toBe(20);
    expect(over).toEqual(['a/allow takes 20 times as long (at most 2)']);
    expect(evaluations).toBe(COUNT + 2 * 50);
  });
});
