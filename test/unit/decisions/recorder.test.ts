import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { linesIn } from '../../../src/decisions/batch/runs.js';
import type { DecisionFacts } from '../../../src/decisions/decision-log.js';
import { verdictOf } from '../../../src/decisions/decision-log.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { createRecorder } from '../../../src/decisions/recorder/recorder.js';

function facts(more: Partial<DecisionFacts> = {}): DecisionFacts {
  return {
    caller: { headers: {}, requestId: 'r-1' },
    ...{ path: 'app/allow', domain: 'data', verdict: 'true', revision: 'abc', input: Buffer.from('{"a":1}'), result: 'true' },
    ...{ tookMs: 1.5, strictBuiltinErrors: false },
    ...more,
  };
}

interface Recorded {
  readonly note: (more?: Partial<DecisionFacts>) => string;
  readonly records: () => DecisionRecord[];
  readonly lost: () => number;
  readonly counted: string[];
}

function recording(settings: { readonly sample?: number; readonly maxBytesPerRecord?: number } = {}, takes = () => true): Recorded {
  let text = '';
  let lostInAll = 0;
  const counted: string[] = [];
  const recorder = createRecorder({
    settings: { sample: 1, maxBytesPerRecord: 65_536, labels: { id: 'gw', version: '1.2.3' }, ...settings },
    count: (path, verdict) => counted.push(`${path} ${verdict}`),
    emit(frame, _records, lost) {
      if (!takes()) return false;
      if (frame !== undefined) text += linesIn(frame).toString();
      lostInAll += lost;
      return true;
    },
  });
  return {
    counted,
    note: (more) => recorder.note(facts(more)),
    records() {
      recorder.flush();
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as DecisionRecord);
    },
    lost: () => lostInAll,
  };
}

test('puts a decision down as an event of OPA, with who asked', () => {
  const { note, records, counted } = recording();
  const id = note({
    caller: {
      headers: {
        'x-defenseclaw-client': 'c"li',
        'x-defenseclaw-agent-id': Buffer.from('ägent').toString('latin1'),
        'x-defenseclaw-agent-instance-id': 'i-2',
        'x-defenseclaw-session-id': 's-3',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
      requestId: 'r "1"',
      remoteAddress: '10.0.0.1',
    },
    strictBuiltinErrors: true,
    batchId: 'b-4',
  });
  const [record] = records();
  expect(record).toEqual({
    decision_id: id,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u) as string,
    path: 'app/allow',
    labels: { id: 'gw', version: '1.2.3' },
    bundles: { policies: { revision: 'abc' } },
    batch_decision_id: 'b-4',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
    requested_by: '10.0.0.1',
    metrics: { timer_server_handler_ns: expect.any(Number) as number },
    custom: {
      ...{ domain: 'data', verdict: 'true', request_id: 'r "1"', client: 'c"li', agent: 'ägent', agent_instance: 'i-2', session: 's-3' },
      strict_builtin_errors: true,
    },
    input: { a: 1 },
    result: true,
  });
  expect(counted).toEqual(['app/allow true']);
});

test('keeps what is not there out, and an error in', () => {
  const { note, records } = recording();
  note({ input: undefined, result: undefined, revision: undefined, verdict: 'error', error: { code: 'c', message: 'm\n"x"' } });
  const [record] = records();
  expect(Object.keys(record ?? {})).toEqual(['decision_id', 'timestamp', 'path', 'labels', 'metrics', 'custom', 'error']);
  expect(record?.error).toEqual({ code: 'c', message: 'm\n"x"' });
});

test('keeps each record on a line of its own, whatever was sent', () => {
  const { note, records } = recording();
  note({ input: Buffer.from('{\n"ü": "a\\nb",\r\n "n": [1,\n2]}'), result: '"😀"' });
  note();
  expect(records().map(({ input, result }) => [input, result])).toEqual([
    [{ ü: 'a\nb', n: [1, 2] }, '😀'],
    [{ a: 1 }, true],
  ]);
});

test('tells what is too long by length and hash', () => {
  const { note, records } = recording({ maxBytesPerRecord: 1024 });
  const long = JSON.stringify('ü'.repeat(600));
  note({ input: Buffer.from(long) });
  note({ result: long });
  note({ input: Buffer.from(long), result: long });
  const hashed = { bytes: 1202, sha256: createHash('sha256').update(long).digest('hex') };
  expect(records().map(({ custom, input, result }) => [custom.oversized, input, result])).toEqual([
    [{ input: hashed }, undefined, true],
    [{ result: hashed }, { a: 1 }, undefined],
    [{ input: hashed, result: hashed }, undefined, undefined],
  ]);
});

test('names decisions that are not in the sample, and counts them', () => {
  const { note, records, counted } = recording({ sample: 0 });
  expect(note()).toMatch(/^[0-9a-f-]{36}$/u);
  expect(records()).toEqual([]);
  expect(counted).toHaveLength(1);
});

test('loses what nobody takes, says so with the next that somebody does, and goes on', () => {
  let takes = false;
  const { note, records, lost } = recording({}, () => takes);
  for (let index = 0; index < 3; index++) note();
  expect(records()).toEqual([]);
  takes = true;
  note();
  expect(records()).toHaveLength(1);
  expect(lost()).toBe(3);
});

test('takes more than fits into its memory at once', () => {
  const { note, records } = recording();
  const input = Buffer.from(JSON.stringify('x'.repeat(5_000)));
  for (let index = 0; index < 200; index++) note({ input });
  expect(records()).toHaveLength(200);
});

test('says what a document came to in one word', () => {
  expect([undefined, 'true', 'false', '"deny"', '""', '{"a":1}', '12', JSON.stringify('x'.repeat(40))].map(verdictOf)).toEqual([
    ...['undefined', 'true', 'false', 'deny', '', 'defined', 'defined', 'defined'],
  ]);
});
