import { expect, test } from 'vitest';
import { BatchReader } from '../../../src/decisions/batch/batch-reader.js';
import { entriesIn, linesIn } from '../../../src/decisions/batch/entries.js';
import { framesOf, linesFrame } from '../../../src/decisions/batch/frame.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { createRecorder } from '../../../src/decisions/recorder/recorder.js';

const REQUEST_IDS = ['4ca636c1-55e4-417a-b1d8-4aceb67960d1', '4CA636C1-55e4-417a-b1d8-4aceb67960d1', 'üé', 'x'.repeat(128), ''];

interface Batch {
  readonly ids: readonly string[];
  readonly frame: Buffer;
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
  expect(entriesIn(frame, 'frames').entries.map(({ id }) => id)).toEqual(ids);
});

test('what was torn, or is no frame, is passed over, and what comes after it is read', () => {
  const [one, two] = [batchOf(3), batchOf(2)];
  const text = linesFrame(Buffer.from(`{"decision_id":"${'0'.repeat(36)}"}\nno record\n`));
  const bytes = Buffer.concat([one.frame.subarray(0, 100), text, two.frame, one.frame.subarray(0, -1)]);
  const { entries, end } = entriesIn(bytes, 'frames');
  expect(entries.map(({ id }) => id)).toEqual(['0'.repeat(36), ...two.ids]);
  // From here on the next reading looks for the rest of the last one.
  expect(end).toBe(bytes.length - (one.frame.length - 1));
  expect(linesIn(two.frame).toString().trimEnd().split('\n')).toHaveLength(2);
});

test('a batch whose numbers are damaged costs that batch', () => {
  const good = batchOf(2);
  for (const at of [8, 12, 24, 28, 36, 44]) {
    const bad = Buffer.from(batchOf(2).frame);
    bad.writeUInt32LE(0xffff_fff0, at);
    const { entries } = entriesIn(Buffer.concat([bad, good.frame]), 'frames');
    expect(entries.map(({ id }) => id)).toEqual(expect.arrayContaining([...good.ids]) as string[]);
  }
});
