import { describe, expect, it } from 'vitest';
import type { TestOutcome } from '../../../src/compiler/protocol.js';
import { compareEngines, explained } from '../../../src/testing/compare-engines.js';
import { disagreementLine } from '../../../src/testing/test-run.js';

function outcome(status: TestOutcome['status'], more: Partial<TestOutcome> = {}): TestOutcome {
  return {
    ...{ package: 'data.y_test', name: 'test_allow', location: { file: 'y_test.rego', row: 5, col: 1 } },
    ...{ status, durationNs: 1, output: [] },
    ...more,
  };
}

const passed = { name: ['admin'], status: 'pass' } as const;
const failed = { name: ['admin'], status: 'fail' } as const;

describe('the comparison of the engines', () => {
  it('says in one line which test ends how, and where it stands', () => {
    const [found, ...more] = compareEngines([outcome('fail')], [outcome('pass')]);
    expect(found).toEqual({ rule: 'data.y_test.test_allow', file: 'y_test.rego', row: 5, wasm: 'fail', topdown: 'pass' });
    expect(more).toEqual([]);
    expect(found && disagreementLine(found)).toBe(
      'engines disagree: data.y_test.test_allow passes in OPA, fails in the gateway (y_test.rego:5)',
    );
  });

  it('names the case of a table test, and not the table as well', () => {
    const found = compareEngines([outcome('fail', { cases: [failed] })], [outcome('pass', { cases: [passed] })]);
    expect(found.map(disagreementLine)).toEqual([
      'engines disagree: data.y_test.test_allow.admin passes in OPA, fails in the gateway (y_test.rego:5)',
    ]);
  });

  it('takes a case that one engine never reached for one that did not pass there', () => {
    expect(compareEngines([outcome('pass', { cases: [] })], [outcome('fail', { cases: [failed] })])).toHaveLength(1);
    expect(compareEngines([outcome('fail', { cases: [] })], [outcome('fail', { cases: [failed] })])).toEqual([]);
    expect(compareEngines([outcome('fail', { cases: [] })], [outcome('fail', { cases: [passed] })])).toMatchObject([
      { rule: 'data.y_test.test_allow.admin', wasm: 'fail', topdown: 'pass' },
    ]);
  });

  it.each([
    ['pass', 'pass', 0],
    ['fail', 'fail', 0],
    ['error', 'error', 0],
    ['skip', 'skip', 0],
    ['error', 'fail', 1],
    ['pass', 'error', 1],
  ] as const)('gateway %s, OPA %s: %i differences', (wasm, topdown, count) => {
    expect(compareEngines([outcome(wasm)], [outcome(topdown)])).toHaveLength(count);
  });
});

describe('a test that ran out of time in both', () => {
  const wasm = outcome('error', { error: { code: 'evaluation_timeout', message: 'The evaluation did not end within 1 ms' } });
  const topdown = outcome('error', { error: { code: 'eval_cancel_error', message: 'the test ran longer than 1ms' } });

  it('is told in the words of the gateway, which the gate knows it by', () => {
    expect(explained([wasm], [topdown])).toEqual([wasm]);
  });

  it('is no difference, and neither is one that only the interpreter did not end', () => {
    expect(compareEngines([wasm], [topdown])).toEqual([]);
    expect(compareEngines([outcome('pass')], [topdown])).toEqual([]);
  });
});

describe('a test that ran out of time in the gateway', () => {
  const error = { code: 'evaluation_timeout', message: 'The evaluation did not end within 1 ms' };

  it('is no difference, whatever the interpreter says', () => {
    for (const status of ['pass', 'fail'] as const) {
      expect(compareEngines([outcome('error', { error })], [outcome(status, { cases: [passed] })])).toEqual([]);
    }
  });
});

describe('the explained results', () => {
  const failedAt = { file: 'y_test.rego', row: 7, col: 2, line: '\tx == 2' };

  it('have the verdict of the gateway and the place of the failure from the interpreter', () => {
    const witness = outcome('fail', { failedAt, durationNs: 9, output: ['other'], cases: [{ ...failed, failedAt }] });
    const [test] = explained([outcome('fail', { cases: [{ ...failed, durationNs: 3 }], output: ['mine'] })], [witness]);
    expect(test).toMatchObject({ status: 'fail', durationNs: 1, output: ['mine'], failedAt, cases: [{ durationNs: 3, failedAt }] });
  });

  it('show no failure where the gateway passes', () => {
    expect(explained([outcome('pass')], [outcome('fail', { failedAt })])).toEqual([outcome('pass')]);
  });
});
