import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
}

interface Received {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

interface Receiver {
  readonly endpoint: string;
  readonly spans: Span[];
  readonly authorizations: (string | undefined)[];
}

/** What takes OTLP over HTTP, as a collector does. */
async function receiver(): Promise<Receiver> {
  const spans: Span[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      authorizations.push(request.headers.authorization);
      const { resourceSpans } = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString('utf8')) as Received;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, spans, authorizations };
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const POLICY = 'package app\n\nallow if input.user == "bob"\n\nconflict := 1 if input.conflict\nconflict := 2 if input.conflict\n';
const BOB = { input: { user: 'bob' } };

const said = (span: Span | undefined): Record<string, string> =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue] as const));

test('each decision is a span of the trace that the request names', async () => {
  const { endpoint, spans, authorizations } = await receiver();
  const settings = { 'traces.enabled': true, 'traces.endpoint': endpoint, 'traces.authorization': 'Bearer collector-key' };
  const { call, gateway, log } = await startTestGateway(await tempDir({ 'app.rego': POLICY }), settings);
  const before = Date.now();
  const allowed = await call('POST', '/v1/data/app/allow', BOB, { traceparent: `00-${TRACE}-${SPAN}-01` });
  await call('POST', '/v1/data/app/allow', BOB, { traceparent: `00-${TRACE}-${SPAN}-00` });
  await call('POST', '/v1/data/app/conflict', { input: { conflict: true } }, { traceparent: 'nonsense' });
  await waitFor('the spans', () => spans.length >= 2 || undefined);

  const [first, second] = spans;
  expect(first).toMatchObject({ name: 'policy.evaluate', traceId: TRACE, parentSpanId: SPAN });
  expect(said(first)).toMatchObject({
    ...{ 'policy.path': 'app/allow', 'policy.domain': 'data', 'policy.result': 'true' },
    'policy.revision': gateway.engine.current?.id,
    'policy.decision_id': allowed.headers.get('x-decision-id'),
  });
  expect(Number(first?.startTimeUnixNano) / 1e6).toBeGreaterThanOrEqual(before - 1);
  expect(BigInt(first?.endTimeUnixNano ?? 0) > BigInt(first?.startTimeUnixNano ?? 0)).toBe(true);
  // Whoever asks does not record the second one; the third begins a trace, and fails.
  expect(second).toMatchObject({ status: { code: 2 } });
  expect([second?.traceId === TRACE, second?.parentSpanId ?? '']).toEqual([false, '']);
  expect(said(second)).toMatchObject({ 'policy.path': 'app/conflict', 'policy.result': 'error' });
  expect(spans).toHaveLength(2);
  const scraped = await call('GET', '/metrics', undefined, { Accept: 'application/openmetrics-text;version=1.0.0' });
  expect(scraped.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  const id = allowed.headers.get('x-decision-id') ?? '';
  expect(scraped.text).toContain(
    `defenseclaw_decisions_total{path="app/allow",result="true"} 2 # {trace_id="${TRACE}",span_id="${first?.spanId ?? ''}",decision_id="${id}"} 1 `,
  );
  expect(authorizations[0]).toBe('Bearer collector-key');
  expect(JSON.stringify(log.records)).not.toContain('collector-key');
});

test('spans need no decision log, and an endpoint that is away costs spans alone', async () => {
  const { endpoint, spans } = await receiver();
  const on = { 'traces.enabled': true, 'decisions.enabled': false };
  const folder = await tempDir({ 'app.rego': POLICY });
  const { call } = await startTestGateway(folder, { ...on, 'traces.endpoint': endpoint });
  const { headers } = await call('POST', '/v1/data/app/allow', BOB);
  const [span] = await waitFor('the span', () => (spans.length > 0 ? spans : undefined));
  expect(said(span)['policy.decision_id']).toBe(headers.get('x-decision-id'));

  const lost = await startTestGateway(folder, { ...on, 'traces.endpoint': 'http://127.0.0.1:9/v1/traces', 'traces.max_queue': 2 });
  for (let index = 0; index < 20; index++) expect((await lost.call('POST', '/v1/data/app/allow', BOB)).json()).toEqual({ result: true });
  await waitFor('a word on it', () => lost.log.records.find(({ message }) => message === 'spans of decisions are lost'));
});

test('without traces nothing of the decision changes', async () => {
  const { call } = await startTestGateway(await tempDir({ 'app.rego': POLICY }), { 'decisions.enabled': false });
  const { headers } = await call('POST', '/v1/data/app/allow', BOB, { traceparent: `00-${TRACE}-${SPAN}-01` });
  expect(headers.get('x-decision-id')).toBeNull();
});
