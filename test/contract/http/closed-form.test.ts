import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import type { ErrorCode } from '../../../src/errors.js';
import { FakeEngine, fakeRevision, outcome } from './fake-engine.js';
import { serve } from './harness.js';
import type { Sent } from './harness.js';

const ADMISSION: Sent = { path: '/policy/evaluate', body: '{"input":{"target_type":"skill","target_name":"x"}}' };
const FIREWALL: Sent = { path: '/policy/evaluate/firewall', body: '{"destination":"a"}' };
const AUDIT: Sent = { path: '/policy/evaluate/audit', body: '{}' };
const SKILLS: Sent = { path: '/policy/evaluate/skill-actions', body: '{"severity":"HIGH"}' };
const guardrail = (mode: string): Sent => ({
  path: '/v1/guardrail/evaluate',
  body: `{"evaluation_id":"e","direction":"prompt","mode":"${mode}"}`,
});

const REJECTED =
  '{"data":{"verdict":"rejected","reason":"policy evaluation failed — denied by default","file_action":"quarantine","install_action":"block","runtime_action":"block"},"ok":true}\n';
const outage = (action: string, why: string): string =>
  `{"action":"${action}","severity":"HIGH","reason":"guardrail failing closed: ${why}","scanner_sources":["policy-outage"]}\n`;

describe('without a revision every decision is refused in the form of its domain', () => {
  const nothing = 'no policy revision is loaded: firewall.rego:3: parse error';
  it.each([
    ['admission', ADMISSION, 200, REJECTED],
    ['firewall', FIREWALL, 503, `{"error":"${nothing}"}\n`],
    ['audit', AUDIT, 503, `{"error":"${nothing}"}\n`],
    ['skill actions', SKILLS, 503, `{"error":"${nothing}"}\n`],
    ['guardrail that acts', guardrail('action'), 200, outage('block', `policy engine load failed: ${nothing}`)],
    ['guardrail that observes', guardrail('observe'), 200, outage('alert', `policy engine load failed: ${nothing}`)],
  ])('%s', async (_, sent, status, body) => {
    const engine = new FakeEngine(() => undefined, undefined);
    engine.lastOutcome = outcome({ status: 'rejected', error: { code: 'policy_rejected', message: 'firewall.rego:3: parse error' } });
    const { send, counts } = await serve(engine);
    const got = await send(sent);
    expect([got.status, got.body]).toEqual([status, body]);
    expect(got.headers['x-policy-revision']).toBeUndefined();
    expect(got.headers['x-defenseclaw-error']).toBe('evaluation_no_revision');
    expect(counts.evaluations).toHaveLength(1);
    expect(counts.evaluations[0]).toMatch(/ error$/);
  });

  it('also before anything is attached', async () => {
    const { send } = await serve(undefined);
    expect((await send(ADMISSION)).body).toBe(REJECTED);
    expect(await send(FIREWALL)).toMatchObject({ status: 503, body: '{"error":"no policy revision is loaded"}\n' });
  });

  it('names the missing folder as the cause', async () => {
    const { send } = await serve(undefined, { policyDir: undefined });
    expect(await send(FIREWALL)).toMatchObject({ status: 503, body: '{"error":"policy_dir not configured"}\n' });
  });
});

describe('a decision that fails is closed, and names the revision that it failed on', () => {
  const failures: readonly ErrorCode[] = ['evaluation_timeout', 'evaluation_conflict', 'evaluation_builtin_failed', 'evaluation_failed'];
  it.each(failures)('%s', async (code) => {
    const engine = new FakeEngine(() => new GatewayError(code, 'boom'), fakeRevision());
    const { send } = await serve(engine);
    const answers = await Promise.all([ADMISSION, FIREWALL, guardrail('action')].map(send));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, REJECTED],
      [500, '{"error":"policy: firewall eval: boom"}\n'],
      [200, outage('block', 'policy evaluation failed: boom')],
    ]);
    for (const { headers } of answers) {
      expect(headers['x-policy-revision']).toBe('0123456789ab');
      expect(headers['x-defenseclaw-error']).toBe(code);
    }
    expect(engine.leases).toBe(0);
  });

  it('an undefined decision is no decision', async () => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()));
    expect((await send(ADMISSION)).body).toBe(REJECTED);
    expect(await send(FIREWALL)).toMatchObject({ status: 500, body: '{"error":"policy: firewall eval: empty result set"}\n' });
  });
});

describe('the enforcement lists', () => {
  it('go into admission, newest first, and nothing of the caller does', async () => {
    const engine = new FakeEngine(() => '{"verdict":"blocked"}', fakeRevision());
    const entry = { target_type: 'skill', target_name: 'x', reason: 'bad', source_path: '/a' };
    const { send } = await serve(engine, { enforcement: { lists: () => ({ blocked: [entry], allowed: [] }) } });
    await send({
      ...ADMISSION,
      body: '{"input":{"target_type":"skill","target_name":"x","block_list":[],"allow_list":[{"target_name":"x"}]}}',
    });
    const input = JSON.parse(Buffer.from(engine.asked[0]?.input ?? []).toString()) as Record<string, unknown>;
    expect(input).toMatchObject({ block_list: [entry], allow_list: [] });
    expect(engine.asked[0]).toMatchObject({ entrypoint: 'defenseclaw/admission', strictBuiltinErrors: true });
  });

  it('are never taken for empty when they cannot be read', async () => {
    const engine = new FakeEngine(() => '{"verdict":"allowed"}', fakeRevision());
    const broken = (): never => {
      throw new GatewayError('audit_store_failed', 'disk I/O error');
    };
    const { send } = await serve(engine, { enforcement: { lists: broken } });
    expect(await send(ADMISSION)).toMatchObject({ status: 503, body: '{"error":"audit store unavailable"}\n' });
    expect(engine.asked).toHaveLength(0);
    expect((await send({ ...FIREWALL })).headers['x-defenseclaw-error']).toBe('decision_invalid');
  });

  it('the live settings of the guardrail go into its input', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    const hilt = { enabled: true, min_severity: 'medium' };
    const { send } = await serve(engine, { guardrail: () => ({ mode: 'action', scanner_mode: 'both', hilt }) });
    await send(guardrail('action'));
    expect(JSON.parse(Buffer.from(engine.asked[0]?.input ?? []).toString())).toMatchObject({
      hilt: { enabled: true, min_severity: 'MEDIUM' },
    });
  });
});
