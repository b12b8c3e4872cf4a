import { expect, it, vi } from 'vitest';
import type { Made } from '../../../src/engine/candidate.js';
import type { Outcome } from '../../../src/engine/engine.js';
import type { GateReport } from '../../../src/gates/gate-report.js';
import { createSuiteGate } from '../../../src/gates/suite-gate.js';
import type { SuiteRun, SuiteSubject } from '../../../src/gates/suite-gate.js';
import { silentLog } from '../../../src/log.js';
import type { SourceSet } from '../../../src/policy/source-set.js';
import type { SuiteAnswer } from '../../../src/suites/sample.js';

const SUITE = Buffer.from('{"id": "hello", "want": "benign", "kind": "request", "text": "Good morning"}\n');
const ALLOWED: SuiteAnswer = { action: 'allow', severity: 'NONE', findings: [] };

interface Given {
  readonly id: string;
  readonly code?: string;
  readonly judgeId?: string;
  readonly suite?: Uint8Array;
}

function subject({ id, code, judgeId = 'judge', suite = SUITE }: Given): SuiteSubject {
  const source: SourceSet = {
    ...{ root: '/policies', id, checksId: id, modulesId: id, judgeId, unsettled: false },
    ...{ modules: [], tests: [], data: [], overlays: [], schemas: [], judge: [], pack: [] },
    suites: [{ path: 'suites/own.jsonl', bytes: suite }],
  };
  const policy = { maker: 'test', keys: code === undefined ? {} : { 'defenseclaw/guardrail': code } };
  return { source, made: { policy, data: new Uint8Array() } as unknown as Made };
}

interface Bench {
  readonly asked: { readonly run: SuiteRun; readonly answer: () => void }[];
  readonly reports: GateReport[];
  readonly serve: (given: Given) => Promise<void>;
}

function gate(): Bench {
  const asked: Bench['asked'] = [];
  const reports: GateReport[] = [];
  const suites = createSuiteGate({
    ...{ mode: 'warn', budget: { maxBenignBlock: 0, minAttack: 95 }, timeoutMs: 60_000, log: silentLog },
    onReport: (report) => void reports.push(report),
    ask: (run) =>
      new Promise((resolve, reject) => {
        run.signal.addEventListener('abort', () => reject(run.signal.reason as Error));
        asked.push({ run, answer: () => resolve([ALLOWED]) });
      }),
  });
  return {
    ...{ asked, reports },
    serve: async (given) => {
      await suites.check(subject(given), {});
      suites.settle({ revision: given.id } as Outcome);
    },
  };
}

const told = (count: number, { reports }: Bench): Promise<void> =>
  vi.waitFor(() => expect(reports).toHaveLength(count), { timeout: 60_000 });

const running = (count: number, { asked }: Bench): Promise<void> =>
  vi.waitFor(() => expect(asked).toHaveLength(count), { timeout: 60_000 });

it('goes on with a run that an edit elsewhere leaves as it is, and tells of what serves then', async () => {
  const bench = gate();
  await bench.serve({ id: 'first', code: 'a' });
  await running(1, bench);
  await bench.serve({ id: 'second', code: 'a' });
  await bench.serve({ id: 'third', code: 'a' });
  expect(bench.asked[0]?.run.signal.aborted).toBe(false);
  bench.asked[0]?.answer();
  await told(1, bench);
  expect(bench.reports[0]).toMatchObject({ revision: 'third', state: 'passed', cached: true });
  expect(bench.asked).toHaveLength(1);
});

it.each([
  ['the code that the inspector asks', { id: 'second', code: 'b' }],
  ['data, judge files or rule packs', { id: 'second', code: 'a', judgeId: 'other' }],
  ['a suite', { id: 'second', code: 'a', suite: Buffer.from(`${SUITE.toString()}\n`) }],
  ['nobody knows what', { id: 'second' }],
])('breaks a run off when %s changed, and asks anew', async (_, second) => {
  const bench = gate();
  await bench.serve({ id: 'first', code: 'a' });
  await running(1, bench);
  await bench.serve(second);
  expect(bench.asked[0]?.run.signal.aborted).toBe(true);
  await running(2, bench);
  bench.asked[1]?.answer();
  await told(1, bench);
  expect(bench.reports[0]).toMatchObject({ revision: 'second', cached: false });
});
