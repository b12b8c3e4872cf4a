import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DecisionIds } from '../../../src/decisions/decision-id.js';
import { readExport } from '../../../src/decisions/exported.js';
import { openDecisions } from '../../../src/decisions/reader.js';
import { memberText, notReplayable } from '../../../src/decisions/record.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';

const START = 1_700_000_000_000;

function lineAt(ms: number, path: string, verdict: string, extra: Partial<DecisionRecord> = {}): string {
  const record: DecisionRecord = {
    decision_id: new DecisionIds().next(ms),
    timestamp: new Date(ms).toISOString(),
    path,
    labels: { id: 'i', version: '1' },
    bundles: { policies: { revision: ms < START + 2000 ? 'aaaa' : 'bbbb' } },
    metrics: { timer_server_handler_ns: 1 },
    custom: { domain: 'data', verdict, request_id: 'r', agent: ms % 2000 === 0 ? 'even' : 'odd' },
    ...extra,
  };
  return `${JSON.stringify(record)}\n`;
}

async function stored(): Promise<{ readonly folder: string; readonly lines: readonly string[] }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'decisions-'));
  const lines = [0, 1, 2, 3].map((n) => lineAt(START + n * 1000, n === 3 ? 'app/other' : 'app/allow', n === 1 ? 'false' : 'true'));
  // Two processes wrote in turn: within a segment records may lie out of order.
  await writeFile(path.join(folder, `${START}-1.jsonl.gz`), gzipSync(`${lines[1] ?? ''}${lines[0] ?? ''}`));
  await writeFile(
    path.join(folder, `${START + 2000}-1.jsonl`),
    `${lines[2] ?? ''}not a record\n${lines[3] ?? ''}${lines[3]?.slice(0, 90) ?? ''}`,
  );
  await writeFile(path.join(folder, 'unrelated.txt'), 'x');
  return { folder, lines };
}

const timesOf = async (from: AsyncIterable<{ readonly record: DecisionRecord }>): Promise<number[]> => {
  const times: number[] = [];
  for await (const { record } of from) times.push((Date.parse(record.timestamp) - START) / 1000);
  return times;
};

test('reads packed and growing segments in either order, and only what is meant', async () => {
  const { read } = openDecisions((await stored()).folder);
  expect(await timesOf(read())).toEqual([3, 2, 1, 0]);
  expect(await timesOf(read({ order: 'oldest' }))).toEqual([0, 1, 2, 3]);
  expect(await timesOf(read({ order: 'oldest', limit: 2 }))).toEqual([0, 1]);
  expect(await timesOf(read({ path: '/app' }))).toEqual([3, 2, 1, 0]);
  expect(await timesOf(read({ path: 'app/allow' }))).toEqual([2, 1, 0]);
  expect(await timesOf(read({ result: 'false' }))).toEqual([1]);
  expect(await timesOf(read({ revision: 'bb' }))).toEqual([3, 2]);
  expect(await timesOf(read({ agent: 'even' }))).toEqual([2, 0]);
  expect(await timesOf(read({ since: START + 1000, until: START + 3000 }))).toEqual([2, 1]);
});

test('finds a record by its id alone', async () => {
  const { folder, lines } = await stored();
  const reader = openDecisions(folder);
  const { decision_id: id } = JSON.parse(lines[1] ?? '') as DecisionRecord;
  expect((await reader.find(id))?.text).toBe(lines[1]?.trimEnd());
  expect(await reader.find('01890a5d-ac96-774b-bcce-b302099a8057')).toBeUndefined();
  expect(await reader.find('no id')).toBeUndefined();
});

test('gives the text of an input as it was kept, and says what cannot be evaluated again', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'decisions-'));
  const line = lineAt(START, 'app/allow', 'true', { erased: ['/input/password'] }).replace(
    /\}\n$/u,
    ',"input":{"n":1.00000000000000000001e3}}\n',
  );
  const file = path.join(folder, 'export.jsonl');
  await writeFile(file, `{"checkpoint":1}\n${line}`);
  for await (const kept of readExport(file)) {
    expect(Buffer.from(memberText(kept, 'input') ?? []).toString()).toBe('{"n":1.00000000000000000001e3}');
    expect(memberText(kept, 'result')).toBeUndefined();
    expect(notReplayable(kept.record)).toBe('masked');
  }
  expect(await timesOf(readExport(file))).toEqual([0]);
});
