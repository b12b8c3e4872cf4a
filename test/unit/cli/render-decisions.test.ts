import { expect, test } from 'vitest';
import { renderDecision, renderDecisions, renderStats } from '../../../src/cli/render-decisions.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import type { PathStats } from '../../../src/decisions/stats.js';

const plain = (_style: unknown, text: string): string => text;
const ID = '01990a5d-ac96-774b-bcce-b302099a8057';

const record = (path: string, agent?: string): DecisionRecord => ({
  ...{ decision_id: ID, timestamp: '2026-11-26T03:12:01.123Z', path, labels: { id: 'i', version: '1' } },
  ...{ bundles: { policies: { revision: 'a'.repeat(64) } }, metrics: { timer_server_handler_ns: 201_300 } },
  custom: { domain: 'data', verdict: 'allow', request_id: 'r', ...(agent === undefined ? {} : { agent }) },
});

const RECORDS = [record('defenseclaw/firewall', 'agent-7'), record(`app/${'deep/'.repeat(30)}allow`)];

test.each([60, 80, 120])('decisions fit a terminal of %i columns, each with its whole id', (width) => {
  for (const text of [renderDecisions(RECORDS, plain, width), ...RECORDS.map((one) => renderDecision(one, plain, width))]) {
    const lines = text.split('\n');
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(text).toContain(ID);
    expect(text).toContain('allow');
  }
});

test('where there is room, and in a pipe, a decision is one line', () => {
  expect(renderDecisions([record('app/allow')], plain, 120).split('\n')).toHaveLength(2);
  expect(renderDecisions(RECORDS, plain).split('\n')).toHaveLength(3);
  expect(renderDecision(record('app/allow'), plain, 140)).not.toContain('\n');
});

const STATS: PathStats = {
  ...{ path: 'defenseclaw/firewall', decisions: 1203, errors: 2, results: { allow: 1000, deny: 201, error: 2 }, agents: 3, revisions: 4 },
  ...{ p50Ms: 0.212, p95Ms: 1.9 },
};

test.each([60, 120])('counts by path fit a terminal of %i columns', (width) => {
  const text = renderStats([STATS, STATS], plain, width);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
  expect(text).toContain('allow 1000, deny 201');
});
