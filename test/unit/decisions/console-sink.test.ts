import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createConsoleSink } from '../../../src/decisions/sinks/console-sink.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const line = (number: number, pad = ''): Buffer => Buffer.from(JSON.stringify({ decision_id: `${number}`, pad }));

test("prints records as OPA's console does, one object a line", async () => {
  const file = path.join(await tempDir(), 'out');
  const fd = openSync(file, 'a');
  onTestFinished(() => closeSync(fd));
  const sink = createConsoleSink(() => undefined, fd);
  sink.take([line(1), line(2, 'ü')]);
  await sink.close(1_000);
  const printed = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(printed.map((text) => JSON.parse(text) as unknown)).toEqual([
    { level: 'info', msg: 'Decision Log', type: 'openpolicyagent.org/decision_logs', decision_id: '1', pad: '' },
    { level: 'info', msg: 'Decision Log', type: 'openpolicyagent.org/decision_logs', decision_id: '2', pad: 'ü' },
  ]);
  expect(sink.state).toMatchObject({ ok: true, sent: 2, lost: 0 });
});

test('a reader that stopped reading costs records and holds up nobody', async () => {
  const fifo = path.join(await tempDir(), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(fd));
  const sink = createConsoleSink(() => undefined, fd);
  for (let number = 0; number < 100; number++) sink.take([line(number, 'x'.repeat(200_000))]);
  await waitFor('the buffer to be full', () => sink.state.lost > 0, 60_000);
  expect(sink.state.waitingBytes).toBeLessThan(9 * 1024 * 1024);
  await sink.close(10);
  expect(sink.state.sent + sink.state.lost).toBe(100);
});
