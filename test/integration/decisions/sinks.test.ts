import { expect, test } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { startLogService } from '../../helpers/log-service.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const POLICY = { 'a.rego': 'package a\n\nallow if input.n > 1\n' };
const SERVICE_TOKEN = 'service-token-0123456789';

test('records arrive at the log service masked, and their figures in status and metrics; decisions do not wait for it', async () => {
  const service = await startLogService();
  service.answers.push(500);
  const { call, log } = await startTestGateway(await tempDir(POLICY), {
    'decisions.sinks.service.url': `${service.url}/`,
    'decisions.sinks.service.resource_path': '/logs/eu',
    'decisions.sinks.service.token': SERVICE_TOKEN,
    'decisions.sinks.service.min_delay': '10ms',
    'decisions.sinks.service.max_delay': '20ms',
    'decisions.mask': ['/input/password'],
  });
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) {
    const answer = await call('POST', '/v1/data/a/allow', { input: { n, password: 'hunter2', said: SERVICE_TOKEN } });
    expect(answer.status).toBe(200);
    ids.push(answer.headers.get('x-decision-id') ?? '');
  }
  await waitFor('the records to arrive', () => service.ids().length === 5, 60_000);
  expect(service.ids()).toEqual(ids);
  expect(service.uploads[0]).toMatchObject({ path: '/logs/eu', headers: { authorization: `Bearer ${SERVICE_TOKEN}` } });
  const text = JSON.stringify(service.uploads.map(({ records }) => records));
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain(SERVICE_TOKEN);
  expect(service.uploads.at(-1)?.records[0]).toMatchObject({ path: 'a/allow', custom: { domain: 'data' }, erased: ['/input/password'] });
  const sinks = async (): Promise<unknown> => ((await call('GET', '/status')).json() as { decisions: { sinks: unknown } }).decisions.sinks;
  await waitFor('the figures', async () => JSON.stringify(await sinks()).includes('"sent":5'), 60_000);
  expect(await sinks()).toMatchObject({ service: { state: 'running', sent: 5, lost: 0 } });
  expect((await call('GET', '/metrics')).text).toContain('defenseclaw_decision_sink_records_total{sink="service",outcome="sent"} 5');
  expect(JSON.stringify(log.records)).not.toContain(SERVICE_TOKEN);
});

test('a service that refuses shows in /health for as long as it does, and costs no decision', async () => {
  const service = await startLogService();
  const { call, log } = await startTestGateway(await tempDir(POLICY), {
    ...{ 'decisions.sinks.service.url': service.url, 'decisions.sinks.service.token': SERVICE_TOKEN },
    ...{ 'decisions.sinks.service.min_delay': '10ms', 'decisions.sinks.service.max_delay': '20ms' },
  });
  const health = async (): Promise<Record<string, unknown>> => (await call('GET', '/health')).json();
  const decide = async (): Promise<unknown> => (await call('POST', '/v1/data/a/allow', { input: { n: 2 } })).json();
  expect(await health()).toMatchObject({ status: 'ok' });

  service.answers.push(...Array<number>(1_000).fill(503));
  expect(await decide()).toEqual({ result: true });
  await waitFor('the failure to show', async () => (await health())['status'] === 'degraded', 60_000);
  const failing = await health();
  expect(failing).toMatchObject({
    reason: 'records of decisions do not arrive: service',
    decisions: { state: 'error', details: { lost: { disk: 0 }, sinks: { service: { state: 'error', sent: 0, lost: 0 } } } },
  });
  expect(JSON.stringify(failing)).not.toContain(service.url);
  expect((await call('GET', '/metrics')).text).toContain('defenseclaw_decision_sink_ok{sink="service"} 0');
  expect((await call('GET', '/v1/status')).text).toContain('"decision_logs":{"state":"WARN"}');
  expect((await call('GET', '/health/ready')).status).toBe(200);
  expect(await decide()).toEqual({ result: true });
  expect(log.records.some(({ level, message }) => level === 'error' && message.includes('do not arrive: service'))).toBe(true);

  service.answers.splice(0);
  await waitFor('the records to arrive', async () => (await health())['status'] === 'ok', 60_000);
  expect((await health())['decisions']).toMatchObject({ state: 'running', details: { sinks: { service: { state: 'running' } } } });
});

test('records arrive at a collector as logs, with what is looked for as attributes and in their trace', async () => {
  const service = await startLogService();
  service.answers.push(503);
  const { call } = await startTestGateway(await tempDir(POLICY), {
    'decisions.sinks.otlp.endpoint': `${service.url}/v1/logs`,
    'decisions.sinks.otlp.authorization': 'Basic abc',
  });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const answer = await call('POST', '/v1/data/a/allow', { input: { n: 2 } }, { traceparent });
  await waitFor('the record to arrive', () => service.uploads.length >= 2, 60_000);
  const { path, headers, json } = service.uploads.at(-1) ?? {};
  expect([path, headers?.authorization, headers?.['content-encoding']]).toEqual(['/v1/logs', 'Basic abc', 'gzip']);
  const { resourceLogs } = json as {
    resourceLogs: readonly { scopeLogs: readonly { logRecords: readonly Record<string, unknown>[] }[] }[];
  };
  const [record] = resourceLogs[0]?.scopeLogs[0]?.logRecords ?? [];
  expect(record).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', severityText: 'INFO' });
  expect(record?.['attributes']).toContainEqual({ key: 'policy.path', value: { stringValue: 'a/allow' } });
  const { stringValue } = record?.['body'] as { stringValue: string };
  expect(JSON.parse(stringValue)).toMatchObject({ decision_id: answer.headers.get('x-decision-id'), result: true });
});

test('a gateway that ends sends what waits, and ends in time when nobody answers', async () => {
  const service = await startLogService();
  const settings = { 'decisions.sinks.service.url': service.url, 'decisions.sinks.service.min_delay': '10m' };
  const first = await startTestGateway(await tempDir(POLICY), { ...settings, 'decisions.sinks.service.max_delay': '10m' });
  await first.call('POST', '/v1/data/a/allow', { input: { n: 2 } });
  expect(service.uploads).toEqual([]);
  await first.gateway.close();
  expect(service.ids()).toHaveLength(1);

  const second = await startTestGateway(await tempDir(POLICY), { 'decisions.sinks.service.url': service.url });
  service.answers.push(0, 0, 0);
  expect((await second.call('POST', '/v1/data/a/allow', { input: { n: 2 } })).status).toBe(200);
  await second.gateway.close();
  expect(service.ids()).toHaveLength(1);
});
