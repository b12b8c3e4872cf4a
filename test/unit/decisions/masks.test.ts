import { describe, expect, test } from 'vitest';
import { maskLine } from '../../../src/decisions/mask/mask-line.js';
import { readMasks } from '../../../src/decisions/mask/rules.js';
import { linesIn } from '../../../src/decisions/batch/runs.js';
import { linesFrame } from '../../../src/decisions/batch/frame.js';
import { createRecorder } from '../../../src/decisions/recorder/recorder.js';
import { createRedact } from '../../../src/decisions/store/redact.js';

const LINE = '{"decision_id":"i","labels":{},"metrics":{},"custom":{"domain":"data","verdict":"x"},"input":INPUT,"result":RESULT}';

function masked(masks: unknown, input: unknown, result: unknown = true): Record<string, unknown> {
  const line = LINE.replace('INPUT', JSON.stringify(input)).replace('RESULT', JSON.stringify(result));
  const made = maskLine(Buffer.from(line), readMasks(JSON.stringify(masks)));
  return JSON.parse(Buffer.from(made).toString()) as Record<string, unknown>;
}

const BOB = { resource: 'user', name: 'bob', password: 'passw0rd' };

describe("what OPA's documentation shows", () => {
  test('pointers are erased, and those that point at nothing are no matter', () => {
    const record = masked(['/input/password', '/input/ssn', '/input/name/first'], { ...BOB, ssn: '1' });
    expect(record).toMatchObject({ erased: ['/input/password', '/input/ssn'], input: { resource: 'user', name: 'bob' }, result: true });
    expect(record).not.toHaveProperty('masked');
  });

  test('upsert replaces what is there and adds what is not', () => {
    const mask = [{ op: 'upsert', path: '/input/password', value: '**REDACTED**' }];
    expect(masked(mask, BOB)).toMatchObject({ masked: ['/input/password'], input: { ...BOB, password: '**REDACTED**' } });
    expect(masked(mask, { name: 'bob' })).toMatchObject({ input: { name: 'bob', password: '**REDACTED**' } });
  });

  test('both at once, and pointers through arrays', () => {
    const mask = ['/input/ssn', '/input/users/0/name', '/input/users/1', { op: 'upsert', path: '/input/password', value: null }];
    const record = masked(mask, { ssn: '1', users: [{ name: 'a', id: 1 }, { name: 'b' }], password: 'p' });
    expect(record).toMatchObject({ erased: ['/input/ssn', '/input/users/0/name', '/input/users/1'], masked: ['/input/password'] });
    expect(record['input']).toEqual({ users: [{ id: 1 }], password: null });
  });

  test('a whole member goes, or is replaced', () => {
    const record = masked(['/input', { op: 'upsert', path: '/result', value: { hidden: true } }], BOB);
    expect(record).not.toHaveProperty('input');
    expect(record).toMatchObject({ erased: ['/input'], masked: ['/result'], result: { hidden: true } });
  });
});

test('objects are made on the way to what is added, and nothing is added below a text or beyond an array', () => {
  expect(masked([{ op: 'upsert', path: '/input/a/b', value: 1 }], {})).toMatchObject({ input: { a: { b: 1 } } });
  for (const input of [{ a: 'text' }, { a: [] }]) {
    const record = masked([{ op: 'upsert', path: '/input/a/7', value: 1 }], input);
    expect(record).toMatchObject({ input });
    expect(record).not.toHaveProperty('masked');
  }
});

test('keys with slashes are reached in the spellings of pointers and of URLs', () => {
  expect(masked(['/input/a~1b', '/input/c%2Fd'], { 'a/b': 1, 'c/d': 2, e: 3 })['input']).toEqual({ e: 3 });
});

test('what no mask is about stays the text that it was', () => {
  const line = LINE.replace('INPUT', '{"n":1.50e1,"p":1}').replace('RESULT', '1.0000000000000000000001');
  expect(Buffer.from(maskLine(Buffer.from(line), readMasks('["/result/x"]'))).toString()).toBe(line);
  expect(Buffer.from(maskLine(Buffer.from(line), readMasks('["/input/p"]'))).toString()).toContain('"n":1.50e1');
  expect(Buffer.from(maskLine(Buffer.from(line), readMasks('["/input/p"]'))).toString()).toContain('"result":1.0000000000000000000001');
});

test.each(['{"a":1}', '["input/x"]', '["/labels/id"]', '[{"op":"replace","path":"/input/x"}]', '[{"op":"remove"}]', '[1]'])(
  'masks that OPA would not take either are no masks: %s',
  (json) => {
    expect(() => readMasks(json)).toThrow();
  },
);

test('a secret is unreadable wherever it stands, in either spelling, and the record says so', () => {
  const redact = createRedact(['s3cret-"quoted"']);
  const clean = LINE.replace('INPUT', '{"a":1}').replace('RESULT', 'true');
  const inInput = LINE.replace('INPUT', '{"t":"Bearer s3cret-\\"quoted\\""}').replace('RESULT', 'true');
  const inResult = LINE.replace('INPUT', '{"a":1}').replace('RESULT', '"s3cret-\\"quoted\\""');
  const text = linesIn(redact(linesFrame(Buffer.from(`${clean}\n${inInput}\n${inResult}\n`)))).toString();
  expect(text).not.toContain('s3cret');
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records.map(({ masked: told }) => told)).toEqual([undefined, ['/input'], ['/result']]);
  const untouched = linesFrame(Buffer.from(`${clean}\n`));
  expect(redact(untouched)).toBe(untouched);
});

test('a secret that looks like a request id is unreadable where it is sent as one, and as the name of a client', () => {
  const secret = '4ca636c1-55e4-417a-b1d8-4aceb67960d1';
  const frames: Buffer[] = [];
  const recorder = createRecorder({
    settings: { sample: 1, maxBytesPerRecord: 65_536, labels: { id: 'gw', version: '1' } },
    count: () => undefined,
    emit(frame) {
      if (frame !== undefined) frames.push(frame);
      return true;
    },
  });
  const ask = (requestId: string, client: string): void => {
    const caller = { headers: { 'x-defenseclaw-client': client }, requestId };
    recorder.note({ caller, path: 'p', domain: 'data', revision: 'r', input: undefined, tookMs: 1, strictBuiltinErrors: false });
    recorder.flush();
  };
  ask(secret, 'curl');
  ask('r-1', `x ${secret}`);
  ask(secret.replace('4', '5'), 'curl');
  const texts = frames.map((frame) => linesIn(createRedact([secret])(frame)).toString());
  expect(texts.map((text) => text.includes(secret))).toEqual([false, false, false]);
  expect(texts[0]).toContain('"request_id":"************************************"');
  expect(texts[2]).toContain(secret.replace('4', '5'));
});
