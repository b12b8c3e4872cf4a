import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createServiceSink } from '../../../src/decisions/sinks/service-sink.js';
import type { ServiceSettings, Sink } from '../../../src/decisions/sinks/sink.js';
import { startLogService } from '../../helpers/log-service.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const WAIT_MS = 60_000;

function sinkTo(url: string, settings: Partial<ServiceSettings> = {}): Sink {
  const sink = createServiceSink(
    {
      ...{ url: `${url}/logs/eu`, token: undefined, tokenPath: undefined, uploadBytes: 65_536, bufferBytes: 1_048_576 },
      ...{ minDelayMs: 1, maxDelayMs: 2, timeoutMs: 30_000 },
      ...settings,
    },
    () => undefined,
  );
  onTestFinished(() => sink.close(0));
  return sink;
}

const line = (id: string, pad = ''): Buffer => Buffer.from(JSON.stringify({ decision_id: id, pad }));
const numbered = (count: number, pad = ''): Buffer[] => Array.from({ length: count }, (_, index) => line(`${index}`, pad));
const idsOf = (count: number): string[] => numbered(count).map((_, index) => `${index}`);

test('sends gzipped arrays with the token of the file, and sends again what was not taken', async () => {
  const service = await startLogService();
  const tokenPath = path.join(await tempDir(), 'token');
  await writeFile(tokenPath, 'first\n');
  const sink = sinkTo(service.url, { tokenPath, token: 'unused' });
  service.answers.push(503, 401);
  sink.take(numbered(3));
  await waitFor('a refusal', () => service.uploads.length === 1, WAIT_MS);
  await writeFile(tokenPath, 'second');
  await waitFor('the records to be taken', () => sink.state.sent === 3, WAIT_MS);
  expect(service.ids()).toEqual(idsOf(3));
  expect(service.uploads.map(({ path: at, headers }) => [at, headers.authorization])).toEqual([
    ['/logs/eu', 'Bearer first'],
    ['/logs/eu', 'Bearer second'],
    ['/logs/eu', 'Bearer second'],
  ]);
  expect(service.uploads[0]?.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': 'application/json' });
  expect(sink.state).toMatchObject({ ok: true, sent: 3, lost: 0, waitingBytes: 0 });
});

test('what the service calls wrong is lost alone, and no upload is larger than it may be', async () => {
  const service = await startLogService();
  const sink = sinkTo(service.url, { uploadBytes: 4_096 });
  service.answers.push(400);
  sink.take([line('bad')]);
  await waitFor('the refusal', () => sink.state.lost === 1, WAIT_MS);
  expect(sink.state).toMatchObject({ ok: false, lastError: 'the service answered 400' });
  // Nothing packs these: the first guess of what fits is far off, and one fits nowhere.
  const random = Array.from({ length: 100 }, (_, index) => line(`${index}`, randomBytes(600).toString('base64')));
  sink.take([...random.slice(0, 50), line('huge', randomBytes(8_000).toString('base64')), ...random.slice(50)]);
  await waitFor('the rest to be taken', () => sink.state.sent === 100, WAIT_MS);
  expect(service.ids()).toEqual(idsOf(100));
  expect(Math.max(...service.uploads.map(({ bytes }) => bytes))).toBeLessThanOrEqual(4_096);
  expect(sink.state).toMatchObject({ ok: true, lost: 2 });
});

test('while nobody answers the oldest records go, within the buffer; when somebody does, the others arrive in order', async () => {
  const service = await startLogService();
  const { port } = new URL(service.url);
  await service.close();
  const sink = sinkTo(service.url, { bufferBytes: 50_000 });
  for (let round = 0; round < 100; round++) sink.take(numbered(100, 'x'.repeat(100)));
  await waitFor('the failure to be told', () => sink.state.lastError === 'ECONNREFUSED', WAIT_MS);
  expect(sink.state.lost).toBeGreaterThan(9_000);
  expect(sink.state.waitingBytes).toBeLessThanOrEqual(50_000 + 1_000_000);
  const back = await startLogService(Number(port));
  sink.take([line('last')]);
  await waitFor('all to arrive', () => sink.state.waitingBytes === 0 && back.ids().at(-1) === 'last', WAIT_MS);
  expect(sink.state.sent + sink.state.lost).toBe(10_001);
  expect(back.ids()).toHaveLength(sink.state.sent);
});

test('an end sends what waits, and does not wait for a service that hangs', async () => {
  const service = await startLogService();
  const patient = sinkTo(service.url, { minDelayMs: 600_000, maxDelayMs: 600_000 });
  patient.take(numbered(5));
  expect(service.uploads).toEqual([]);
  await patient.close(30_000);
  expect(service.ids()).toEqual(idsOf(5));

  const hanging = sinkTo(service.url);
  service.answers.push(0);
  hanging.take(numbered(2));
  await waitFor('the upload that hangs', () => service.uploads.length === 2, WAIT_MS);
  hanging.take(numbered(1));
  await hanging.close(50);
  expect(hanging.state).toMatchObject({ sent: 0, lost: 3 });
});

test('an upload that is full goes out at once', async () => {
  const service = await startLogService();
  const sink = sinkTo(service.url, { minDelayMs: 600_000, maxDelayMs: 600_000, uploadBytes: 4_096 });
  sink.take(numbered(500, 'y'.repeat(100)));
  await waitFor('the uploads', () => sink.state.sent === 500, WAIT_MS);
});
