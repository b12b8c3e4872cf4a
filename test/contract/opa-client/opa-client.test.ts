import { OPAClient } from '@open-policy-agent/opa';
import { describe, expect, it } from 'vitest';
import { startTestGateway, TEST_TOKEN } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const AUTHZ = `package authz

default allow := false

allow if input.subject == "alice"

allow if input.subject in data.admins

roles[name] := role if some name, role in data.roles

details contains message if some message in ["b", "a", "a"]

conflict := input.a

conflict := input.b

_secret := {"n": 1}
`;
const MAIN = `package system

main := {"allowed": input.subject == "alice"}
`;

async function client(): Promise<{ opa: OPAClient; url: string }> {
  const dir = await tempDir({
    'authz.rego': AUTHZ,
    'system.rego': MAIN,
    'data.json':
      '{"admins": ["root"], "roles": {"alice": ["dev", "ops"]}, "authz": {"limits": {"max": 12345678901234567890, "min": 1.50}}}',
  });
  const { url } = await startTestGateway(dir);
  return { opa: new OPAClient(url, { headers: { Authorization: `Bearer ${TEST_TOKEN}` } }), url };
}

describe('the client of the OPA project from npm', () => {
  it('evaluates rules, packages, data and values below them, unchanged', async () => {
    const { opa } = await client();
    expect(await opa.evaluate('authz/allow', { subject: 'alice' })).toBe(true);
    expect(await opa.evaluate('authz/allow', { subject: 'root' })).toBe(true);
    expect(await opa.evaluate('authz/allow', { subject: 'mallory' })).toBe(false);
    expect(await opa.evaluate('authz/allow')).toBe(false);
    expect(await opa.evaluate('authz', { subject: 'alice' })).toMatchObject({ allow: true, details: ['a', 'b'], limits: { min: 1.5 } });
    expect(await opa.evaluate('roles/alice/1')).toBe('ops');
    expect(await opa.evaluate('authz/roles/alice/0')).toBe('dev');
    expect(await opa.evaluate('authz/_secret/n')).toBe(1);
    expect(await opa.evaluate('nothing/here', {})).toBeUndefined();
  });

  it('evaluates the default decision', async () => {
    const { opa } = await client();
    expect(await opa.evaluateDefault({ subject: 'alice' })).toEqual({ allowed: true });
  });

  it('evaluates batches, with the failures apart', async () => {
    const { opa } = await client();
    const batch = await opa.evaluateBatch('authz/allow', { one: { subject: 'alice' }, two: { subject: 'bob' } });
    expect(batch).toEqual({ one: true, two: false });
    const mixed = await opa.evaluateBatch('authz/conflict', { good: { a: 1, b: 1 }, bad: { a: 1, b: 2 } });
    expect(mixed).toMatchObject({ good: 1, bad: { code: 'internal_error' } });
  });

  it('gets the errors of the evaluation with their place', async () => {
    const { opa } = await client();
    await expect(opa.evaluate('authz/conflict', { a: 1, b: 2 })).rejects.toMatchObject({
      code: 'internal_error',
      errors: [{ code: 'eval_conflict_error', location: { file: 'authz.rego' } }],
    });
  });
});

describe('the Data API on real policies', () => {
  it('merges what rules make and what files hold', async () => {
    const { url } = await client();
    const get = async (path: string): Promise<string> =>
      (await fetch(`${url}/v1/data${path}`, { headers: { Authorization: `Bearer ${TEST_TOKEN}` } })).text();
    expect(await get('/authz/limits/max')).toBe('{"result":12345678901234567890}\n');
    expect(await get('/authz/limits')).toBe('{"result":{"max":12345678901234567890,"min":1.50}}\n');
    expect(await get('/admins')).toBe('{"result":["root"]}\n');
    expect(JSON.parse(await get(''))).toMatchObject({
      result: { admins: ['root'], authz: { allow: false, limits: { min: 1.5 } }, roles: { alice: ['dev', 'ops'] } },
    });
    expect(JSON.parse(await get('/authz/allow?metrics'))).toMatchObject({
      metrics: { timer_rego_query_eval_ns: expect.any(Number) as number },
    });
  });
});
