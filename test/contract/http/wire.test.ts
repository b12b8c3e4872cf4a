import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import type { EvaluationRequest } from '../../../src/evaluator/evaluator.js';
import { AUTH_CASES, DECISION_CASES, REFUSAL_CASES, ROUTE_CASES } from './cases.js';
import type { WireCase } from './cases.js';
import { FakeEngine, fakeRevision } from './fake-engine.js';
import { ADMITTED, serve } from './harness.js';

const RESULTS: Readonly<Record<string, unknown>> = {
  'defenseclaw/admission': {
    verdict: 'scan',
    reason: 'awaiting <scan>',
    file_action: 'none',
    install_action: 'none',
    runtime_action: 'allow',
  },
  'defenseclaw/firewall': { action: 'allow', rule_name: 'domain-allowlist' },
  'defenseclaw/audit': { retain: true, retain_reason: 'within retention period', export_to: [] },
  'defenseclaw/skill_actions': { runtime_action: 'block', file_action: 'quarantine', install_action: 'block', should_block: true },
  'defenseclaw/guardrail': { action: 'block', severity: 'HIGH', reason: 'r', scanner_sources: ['local-pattern'] },
};

const canned = ({ entrypoint }: EvaluationRequest): string => JSON.stringify(RESULTS[entrypoint]);

describe.each([
  ['in front of Koa', true],
  ['through Koa', false],
])('the wire %s', (_, fastPath) => {
  const all: readonly WireCase[] = [...AUTH_CASES, ...ROUTE_CASES, ...DECISION_CASES, ...REFUSAL_CASES];

  it.each(all)('answers $name as the contract says', async ({ status, answer, expectHeaders = {}, ...sent }) => {
    const engine = new FakeEngine(canned, fakeRevision());
    const { send } = await serve(engine, { fastPath });
    const got = await send(sent);
    expect({ status: got.status, body: got.body }).toEqual({ status, body: answer });
    for (const [name, value] of Object.entries(expectHeaders)) expect(got.headers[name], name).toBe(value);
    if (sent.method !== 'HEAD') expect(got.headers['content-length']).toBe(String(Buffer.byteLength(answer)));
    expect(got.headers['x-defenseclaw-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(engine.leases).toBe(0);
  });

  it('answers the same headers on both ways', async () => {
    const [one, other] = await Promise.all(
      [fastPath, !fastPath].map(async (way) => {
        const { send } = await serve(new FakeEngine(canned, fakeRevision()), { fastPath: way });
        const headers = { ...ADMITTED, 'x-request-id': 'same' };
        const answers = await Promise.all(
          all.map((sent) => send({ ...sent, headers: { ...(sent.headers ?? headers), 'x-request-id': 'same' } })),
        );
        return answers.map((got) => ({ ...got.headers, date: undefined }));
      }),
    );
    expect(one).toEqual(other);
  });

  it('says 503 to everybody while no token is configured, health excepted', async () => {
    const { send, counts } = await serve(new FakeEngine(canned, fakeRevision()), { fastPath, token: undefined });
    const got = await send({ path: '/policy/evaluate/firewall', body: '{"destination":"a"}' });
    expect([got.status, got.body]).toEqual([503, '{"error":"sidecar misconfigured: no gateway token"}\n']);
    for (const path of ['/health', '/health/live', '/health/ready']) {
      expect((await send({ method: 'GET', path, headers: {} })).status, path).toBe(200);
    }
    expect(counts.failures).toEqual(['no_token_configured']);
  });

  it('counts every refusal by its reason', async () => {
    const { send, counts } = await serve(new FakeEngine(canned, fakeRevision()), { fastPath });
    for (const sent of AUTH_CASES.slice(10)) await send(sent);
    expect(counts.failures).toEqual([
      ...['sec_fetch_site_rejected', 'sec_fetch_site_rejected', 'csrf_mismatch', 'csrf_mismatch', 'bad_content_type', 'bad_content_type'],
      ...['bad_content_type', 'bad_content_type', 'origin_blocked', 'origin_blocked', 'origin_blocked', 'csrf_mismatch_options'],
    ]);
  });

  it('counts requests by route and never by path', async () => {
    const { send, counts } = await serve(new FakeEngine(canned, fakeRevision()), { fastPath });
    await send({ path: '/policy/evaluate/firewall', body: '{"destination":"a"}' });
    await send({ path: '/v1/data/a/b/c', body: '{}' });
    await send({ path: '/some/secret' });
    await send({ path: '/policy/evaluate/firewall', headers: {} });
    expect(counts.requests).toEqual([
      'POST /policy/evaluate/firewall 200',
      'POST /v1/data 200',
      'POST unmatched 404',
      'POST unmatched 401',
    ]);
  });

  it.each([
    [{ 'x-request-id': 'b', 'x-defenseclaw-request-id': 'a' }, 'a'],
    [{ 'x-request-id': 'b', 'x-correlation-id': 'c' }, 'b'],
    [{ 'x-defenseclaw-request-id': '   ', 'x-correlation-id': '\tc ' }, 'c'],
    [{ 'x-request-id': 'x'.repeat(300) }, 'x'.repeat(128)],
  ])('echoes the request id of %j', async (headers, expected) => {
    const { send } = await serve(new FakeEngine(canned, fakeRevision()), { fastPath });
    const got = await send({ path: '/policy/evaluate/firewall', headers: { ...ADMITTED, ...headers }, body: '{"destination":"a"}' });
    expect(got.headers['x-defenseclaw-request-id']).toBe(expected);
  });

  it('tells a busy evaluator from a decision: 503 and when to come back', async () => {
    const busy = new GatewayError('evaluation_overloaded', 'too many decisions wait');
    const { send } = await serve(new FakeEngine(() => busy, fakeRevision()), { fastPath });
    const got = await send({ path: '/policy/evaluate', body: '{"input":{"target_type":"skill","target_name":"x"}}' });
    expect([got.status, got.body, got.headers['retry-after']]).toEqual([503, '{"error":"too many decisions wait"}\n', '1']);
    expect(got.headers['x-defenseclaw-error']).toBe('evaluation_overloaded');
  });

  it('hides what a stranger threw', async () => {
    const { send } = await serve(new FakeEngine(() => JSON.stringify({ action: 'allow' }), fakeRevision()), {
      fastPath,
      guardrail: () => {
        throw new Error('secret text');
      },
    });
    const got = await send({ path: '/v1/guardrail/evaluate', body: '{"evaluation_id":"e","direction":"prompt","mode":"action"}' });
    expect([got.status, got.body]).toEqual([500, '{"error":"internal error"}\n']);
  });
});
