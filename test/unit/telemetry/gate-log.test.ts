import { expect, it } from 'vitest';
import { judgeRun } from '../../../src/gates/judge-run.js';
import type { GateReport } from '../../../src/gates/gate-report.js';
import { logGate } from '../../../src/telemetry/gate-log.js';
import type { TestRun } from '../../../src/testing/test-run.js';
import { createLogger } from '../../../src/telemetry/logger.js';

function logged(report: GateReport): unknown {
  const lines: string[] = [];
  logGate(createLogger({ format: 'json', destination: { write: (text) => lines.push(text) } }), report);
  return (JSON.parse(lines.join('')) as { msg: unknown }).msg;
}

const NOT_COVERED = [{ name: 'data.a.x', file: 'a.rego', row: 3, col: 1 }];
const RUN: TestRun = {
  ...{ ok: true, engine: 'both', disagreements: [], diagnostics: [], durationNs: 1e6 },
  results: [
    {
      ...{ package: 'data.a_test', name: 'test_x', location: { file: 'a_test.rego', row: 5, col: 1 } },
      ...{ status: 'pass', durationNs: 1, output: [] },
    },
  ],
  coverage: {
    ...{ percent: 50, coveredLines: 1, notCoveredLines: 1, files: [] },
    rules: { percent: 50, covered: '1 of 2', notCovered: NOT_COVERED },
  } as unknown as NonNullable<TestRun['coverage']>,
};

it('does not call tests failed that passed and reach too little', () => {
  const base = { gate: 'tests', mode: 'warn', state: 'failed', revision: 'a'.repeat(64), cached: false, at: new Date() } as const;
  expect(logged({ ...judgeRun(RUN, 90), ...base })).toMatch(
    /^policy coverage is too low, the revision serves all the same: the tests reach 50 %/u,
  );
  const [test] = RUN.results;
  const red = { ...RUN, ok: false, results: test === undefined ? [] : [{ ...test, status: 'fail' as const }] };
  expect(logged({ ...judgeRun(red, 90), ...base })).toMatch(
    /^policy tests failed, the revision serves all the same: 1 did not pass: a_test\.rego:5: /u,
  );
});

it('says on a terminal once what failed, and where', () => {
  const lines: string[] = [];
  const log = createLogger({ format: 'pretty', destination: { write: (text) => lines.push(text) } });
  const base = { gate: 'tests', mode: 'warn', state: 'failed', revision: 'a'.repeat(64), cached: false, at: new Date() } as const;
  const [test] = RUN.results;
  logGate(log, {
    ...judgeRun({ ...RUN, ok: false, results: test === undefined ? [] : [{ ...test, status: 'fail' }] }, undefined),
    ...base,
  });
  expect(lines.join('').match(/a_test\.rego:5/gu)).toHaveLength(1);
});
