import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const NO_WATCH = { 'gateway.watcher.enabled': false, 'gates.tests': 'off' };

const POLICY = `package a

default allow := false

allow if input.n < data.limits["the.limit"]

conflict := 1 if true

conflict := 2 if input.n

big := count([[x, y, z] | some x in numbers.range(1, 2000); some y in numbers.range(1, 2000); some z in numbers.range(1, 2000)])
`;

const files = { 'a.rego': POLICY, 'data.json': '{"limits": {"the.limit": 5}}' };

describe('explain of the Data API', () => {
  it('is answered by the interpreter on the sources of the revision, and marked so', async () => {
    const dir = await tempDir(files);
    const { call } = await startTestGateway(dir, NO_WATCH);
    const got = await call('GET', `/v1/data/a/allow?explain=fails&input=${encodeURIComponent('{"n":7}')}`);
    expect(got.status).toBe(200);
    expect(got.headers.get('x-policy-revision')).toMatch(/^[0-9a-f]{12}$/u);
    const answer = got.json();
    expect(answer).toMatchObject({ result: false, explanation_engine: 'interpreter', explanation_agrees: true });
    expect((answer['explanation'] as string[]).join('\n')).toMatch(/a\.rego:5 .*Fail lt\(.*(?:: 7.*: 5|: 5.*: 7)/u);
    const full = await call('POST', '/v1/data/a/allow?explain=full', { input: { n: 1 } });
    expect(full.json()).toMatchObject({ result: true, explanation_agrees: true });
    expect((full.json()['explanation'] as string[]).join('\n')).toContain('Enter data.a.allow');
  });

  it('explains base data, names that are no identifiers, and what is undefined', async () => {
    const { call } = await startTestGateway(await tempDir(files), NO_WATCH);
    expect((await call('GET', '/v1/data/limits/the.limit?explain=full')).json()).toMatchObject({ result: 5, explanation_agrees: true });
    const undefined_ = (await call('GET', '/v1/data/a/nope?explain=full')).json();
    expect(undefined_).toMatchObject({ explanation_agrees: true });
    expect(undefined_).not.toHaveProperty('result');
  });

  it('leaves answers without it as they were', async () => {
    const { call } = await startTestGateway(await tempDir(files), NO_WATCH);
    expect((await call('POST', '/v1/data/a/allow?explain=off', { input: { n: 1 } })).text).toBe('{"result":true}\n');
    expect((await call('POST', '/v1/batch/data/a/allow?explain=full', { inputs: { a: {} } })).status).toBe(400);
  });

  it('fails as an evaluation fails', async () => {
    const { call } = await startTestGateway(await tempDir(files), NO_WATCH);
    const got = await call('POST', '/v1/data/a/conflict?explain=full', { input: { n: 1 } });
    expect(got.status).toBe(500);
    expect(got.text).toContain('eval_conflict_error');
  });

  it('is bounded, and one at a time; decisions go on', async () => {
    const { call } = await startTestGateway(await tempDir(files), NO_WATCH);
    const [long, refused] = await Promise.all([
      call('POST', '/v1/data/a/big?explain=full', { input: {} }),
      call('POST', '/v1/data/a/allow?explain=full', { input: { n: 1 } }),
    ]);
    expect(long.status).toBe(500);
    expect(long.text).toContain('eval_cancel_error');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await call('POST', '/v1/data/a/allow', { input: { n: 1 } })).text).toBe('{"result":true}\n');
    expect((await call('POST', '/v1/data/a/allow?explain=full', { input: { n: 1 } })).status).toBe(200);
  }, 60_000);
});
