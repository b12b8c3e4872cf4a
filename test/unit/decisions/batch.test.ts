import { expect, test } from 'vitest';
import { BatchReader } from '../../../src/decisions/batch/batch-reader.js';
import { lineOf, linesInOrder } from '../../../src/decisions/batch/merge.js';
import { linesIn, partsIn, runsIn } from '../../../src/decisions/batch/runs.js';
import type { Run } from '../../../src/decisions/batch/run.js';
import { framesOf, linesFrame } from '../../../src/decisions/batch/frame.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { createRecorder } from '../../../src/decisions/recorder/recorder.js';

const REQUEST_IDS = ['4ca636c1-55e4-417a-b1d8-4aceb67960d1', '4CA636C1-55e4-417a-b1d8-4aceb67960d1', 'üé', 'x'.repeat(128), ''];

interface Batch {
  readonly ids: readonly string[];
  readonly frame: Buffer;
}

const ALL = { from: '', to: '~' };

function idsIn(runs: readonly Run[], order: 'newest' | 'oldest' = 'oldest', bounds = ALL): string[] {
  return [...linesInOrder(runs, order, bounds)].map((line) => line.slice(16, 52));
}

/** Ids that need no order of the clock. */
function runOf(ids: readonly string[], made: string[] = []): Run {
  return {
    rows: ids.length,
    idAt: (row) => ids[row] ?? '',
    lineAt(row) {
      made.push(ids[row] ?? '');
      return `{"decision_id":"${(ids[row] ?? '').padEnd(36)}"}`;
    },
  };
}

/** One batch of records that differ in all that records can differ in. */
function batchOf(count: number): Batch {
  const frames: Buffer[] = [];
  const recorder = createRecorder({
    settings: { sample: 1, maxBytesPerRecord: 65_536, labels: { id: 'gw', version: '1' } },
    count: () => undefined,
    emit(frame) {
      if (frame !== undefined) frames.push(frame);
      return true;
    },
  });
  const ids = Array.from({ length: count }, (_, row) =>
    recorder.note({
      caller: { headers: {}, requestId: REQUEST_IDS[row % REQUEST_IDS.length] ?? '', remoteAddress: row % 2 === 0 ? '::1' : undefined },
      ...{ path: row % 3 === 0 ? 'a/"b"' : 'ü', domain: 'data', revision: row % 4 === 0 ? undefined : `r${row}` },
      input: row % 5 === 0 ? undefined : Buffer.from(JSON.stringify({ row, pad: 'ä'.repeat(row) })),
      result: row % 7 === 0 ? undefined : JSON.stringify({ row, pad: '😀'.repeat(row % 6 === 0 ? 2_000 : 2) }),
      ...{ tookMs: row / 8, strictBuiltinErrors: row % 2 === 1 },
    }),
  );
  recorder.flush();
  expect(frames).toHaveLength(1);
  return { ids, frame: frames[0] ?? Buffer.alloc(0) };
}

test('a batch gives back what was put into it, row by row, in any order', () => {
  const { ids, frame } = batchOf(60);
  const [whole] = [...framesOf(frame)];
  const batch = new BatchReader(whole?.content ?? Buffer.alloc(0));
  for (let row = ids.length - 1; row >= 0; row--) {
    const record = JSON.parse(batch.lineAt(row)) as DecisionRecord;
    expect(record).toMatchObject({ decision_id: ids[row], path: row % 3 === 0 ? 'a/"b"' : 'ü' });
    expect(record.custom.request_id).toBe(REQUEST_IDS[row % REQUEST_IDS.length]);
    expect(record.custom.strict_builtin_errors).toBe(row % 2 === 1 ? true : undefined);
    expect(record.bundles?.policies.revision).toBe(row % 4 === 0 ? undefined : `r${row}`);
    expect(record.requested_by).toBe(row % 2 === 0 ? '::1' : undefined);
    expect(record.metrics.timer_server_handler_ns).toBe(row * 125_000);
    expect(record.input).toEqual(row % 5 === 0 ? undefined : { row, pad: 'ä'.repeat(row) });
    expect(record.result).toEqual(row % 7 === 0 ? undefined : { row, pad: '😀'.repeat(row % 6 === 0 ? 2_000 : 2) });
  }
  expect(idsIn(runsIn(frame, 'frames').runs)).toEqual(ids);
});

test('what was torn, or is no frame, is passed over, and what comes after it is read', () => {
  const [one, two] = [batchOf(3), batchOf(2)];
  const text = linesFrame(Buffer.from(`{"decision_id":"${'0'.repeat(36)}"}\nno record\n`));
  const bytes = Buffer.concat([one.frame.subarray(0, 100), text, two.frame, one.frame.subarray(0, -1)]);
  const { runs, end } = runsIn(bytes, 'frames');
  expect(idsIn(runs)).toEqual(['0'.repeat(36), ...two.ids]);
  // From here on the next reading looks for the rest of the last one.
  expect(end).toBe(bytes.length - (one.frame.length - 1));
  expect(linesIn(two.frame).toString().trimEnd().split('\n')).toHaveLength(2);
});

test('a batch whose numbers are damaged costs that batch', () => {
  const good = batchOf(2);
  for (const at of [8, 12, 24, 28, 36, 44]) {
    const bad = Buffer.from(batchOf(2).frame);
    bad.writeUInt32LE(0xffff_fff0, at);
    const { runs } = runsIn(Buffer.concat([bad, good.frame]), 'frames');
    expect(idsIn(runs)).toEqual(expect.arrayContaining([...good.ids]) as string[]);
  }
});

test('runs of several processes are read as one, in either order, and only as far as is asked for', () => {
  const made: string[] = [];
  const runs = [runOf(['a', 'd', 'e', 'h'], made), runOf([]), runOf(['b', 'c', 'i']), runOf(['f', 'g'], made)];
  const letters = (order: 'newest' | 'oldest', bounds = ALL): string =>
    idsIn(runs, order, bounds)
      .map((id) => id.trim())
      .join('');
  expect(letters('oldest')).toBe('abcdefghi');
  expect(letters('newest')).toBe('ihgfedcba');
  expect(letters('newest', { from: 'c', to: 'g' })).toBe('fedc');
  expect(letters('oldest', { from: 'bb', to: 'dd' })).toBe('cd');
  expect(letters('oldest', { from: 'x', to: 'z' })).toBe('');
  made.length = 0;
  const newest = linesInOrder(runs, 'newest', ALL);
  for (let count = 0; count < 3; count++) newest.next();
  expect(made).toEqual(['h', 'g']);
  expect(runs.map((_, index) => lineOf(runs, 'adbi'[index] ?? '')?.trim())).toEqual(
    ['a', 'd', 'b', 'i'].map((id) => `{"decision_id":"${id.padEnd(36)}"}`),
  );
  expect(lineOf(runs, 'cc')).toBeUndefined();
});

test('a segment is read part by part from its end, and no part tears a frame', () => {
  const frames = Array.from({ length: 40 }, () => batchOf(60));
  const long = linesFrame(Buffer.from(`{"decision_id":"${'f'.repeat(36)}","pad":"${'DLB1'.repeat(600_000)}"}\n`));
  const bytes = Buffer.concat([...frames.slice(0, 20).map(({ frame }) => frame), long, ...frames.slice(20).map(({ frame }) => frame)]);
  const parts = [...partsIn(bytes, 'frames')];
  expect(parts.length).toBeGreaterThan(2);
  const found = parts.reverse().flatMap((runs) => runs.flatMap((run) => Array.from({ length: run.rows }, (_, row) => run.idAt(row))));
  const ids = frames.map((batch) => batch.ids);
  expect(found).toEqual([...ids.slice(0, 20), ['f'.repeat(36)], ...ids.slice(20)].flat());
});
