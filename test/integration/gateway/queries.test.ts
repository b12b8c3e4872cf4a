import { beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestAnswer, TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const POLICY = {
  'authz.rego': 'package authz\n\ndefault allow := false\n\nallow if input.user in data.admins\n\nallow if input.n > 3\n',
  'data.json': '{"admins":["alice"],"exact":9007199254740993.10}',
};

let running: TestGateway;
beforeEach(async () => void (running = await startTestGateway(await tempDir(POLICY), { 'gateway.watcher.enabled': false })));

const query = (q: string): Promise<TestAnswer> => running.call('GET', `/v1/query?q=${encodeURIComponent(q)}`);

/** Each answer is that of OPA 1.22.2 to the same request on the same files, to the byte. */
describe('/v1/query answers as OPA does', () => {
  it.each([
    ['x := data.admins[i]', '{"result":[{"i":0,"x":"alice"}]}\n'],
    ['data.authz.allow == false', '{"result":[{}]}\n'],
    ['data.admins[_] == "alice"', '{"result":[{}]}\n'],
    ['x := {3, 1}', '{"result":[{"x":[1,3]}]}\n'],
    ['x := data.exact', '{"result":[{"x":9007199254740993.10}]}\n'],
    ['x := "<&>"', '{"result":[{"x":"\\u003c\\u0026\\u003e"}]}\n'],
    ['1 == 2', '{"result":[{}]}\n'],
    ['data.admins[0] = "bob"', '{}\n'],
    ['input.x', '{}\n'],
  ])('%s', async (q, answer) => {
    const got = await query(q);
    expect([got.status, got.text]).toEqual([200, answer]);
    expect(got.headers.get('x-policy-engine')).toBe('interpreter');
    expect(got.headers.get('x-policy-revision')).toBe(running.gateway.engine.current?.id.slice(0, 12));
  });

  it('with an input, in a body', async () => {
    const body = { query: 'x := data.authz.allow', input: { user: 'alice' } };
    expect((await running.call('POST', '/v1/query', body)).text).toBe('{"result":[{"x":true}]}\n');
  });

  it.each([
    ['1 +', 'rego_parse_error', 'error(s) occurred while parsing query'],
    ['nope(1)', 'rego_type_error', 'error(s) occurred while compiling query'],
    ['x == 1; y > x', 'rego_unsafe_var_error', 'error(s) occurred while compiling query'],
    ['http.send({"method": "get", "url": "http://127.0.0.1:1"})', 'rego_type_error', 'error(s) occurred while compiling query'],
    ['opa.runtime()', 'rego_type_error', 'error(s) occurred while compiling query'],
  ])('refuses %s with its place', async (q, code, message) => {
    const got = await query(q);
    expect([got.status, got.json()]).toMatchObject([400, { code: 'invalid_parameter', message, errors: [{ code, location: { row: 1 } }] }]);
  });

  it('refuses a request without a query', async () => {
    expect(await running.call('GET', '/v1/query')).toMatchObject({ status: 400 });
    expect((await running.call('GET', '/v1/query')).json()).toEqual({ code: 'invalid_parameter', message: "missing parameter 'q'" });
    expect((await running.call('POST', '/v1/query', { query: 1 })).status).toBe(400);
    expect((await running.call('POST', '/v1/query', '[]')).status).toBe(400);
  });

  it('ends a query that does not, and decides meanwhile', async () => {
    const endless = query('x := count([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i < j])');
    expect((await running.call('POST', '/v1/data/authz/allow', { input: { n: 4 } })).json()).toMatchObject({ result: true });
    const got = await endless;
    expect([got.status, got.json()]).toMatchObject([500, { code: 'internal_error', errors: [{ code: 'eval_cancel_error' }] }]);
    expect((await query('true')).status).toBe(200);
  });
});

describe('/v1/compile answers as OPA does', () => {
  it('with what is left of the query', async () => {
    const body = { query: 'data.authz.allow == true', input: { user: 'bob' }, unknowns: ['input.n'] };
    const got = await running.call('POST', '/v1/compile', body);
    expect(got.headers.get('x-policy-engine')).toBe('interpreter');
    const refTo = (...path: readonly string[]): unknown => ({
      type: 'ref',
      value: path.map((value, index) => ({ type: index === 0 ? 'var' : 'string', value })),
    });
    const terms = [refTo('gt'), refTo('input', 'n'), { type: 'number', value: 3 }];
    expect([got.status, got.json()]).toEqual([200, { result: { queries: [[{ index: 0, terms }]] } }]);
  });

  it('with nothing when it never holds, and with an empty query when it always does', async () => {
    const ask = async (q: string): Promise<unknown> => (await running.call('POST', '/v1/compile', { query: q })).json();
    expect(await ask('1 == 2')).toEqual({ result: {} });
    expect(await ask('1 == 1')).toEqual({ result: { queries: [[]] } });
    expect(await ask('x > y')).toMatchObject({ message: 'error(s) occurred while compiling module(s)' });
  });

  it('refuses what is wrong', async () => {
    for (const body of [{}, { query: '1 +' }, { query: 'true', unknowns: 'input' }, { query: 'true', unknowns: ['1 +'] }]) {
      expect((await running.call('POST', '/v1/compile', body)).status, JSON.stringify(body)).toBe(400);
    }
  });
});

/** Each answer is that of OPA 1.22.2 to the same request on the same files, to the byte. */
describe('/v1/compile of a rule answers as OPA does', () => {
  const SHOP = {
    'shop.rego': `package shop

# METADATA
# scope: document
# compile:
#   unknowns: [input.fruits]
#   mask_rule: masks
include if input.fruits.owner == input.user

include if {
	input.user in data.admins
	startswith(input.fruits.name, "a")
}

masks.fruits.price.replace.value := "***" if not input.user in data.admins

computed if count(input.fruits.name) == 3
`,
    'data.json': '{"admins":["alice"]}',
  };
  const type = (name: string): string => `application/vnd.opa.${name}+json`;

  it('with a query of the data source that is accepted', async () => {
    const { call } = await startTestGateway(await tempDir(SHOP), { 'gateway.watcher.enabled': false });
    const ask = (accept: string, body: unknown, path = 'shop/include'): Promise<TestAnswer> =>
      call('POST', `/v1/compile/${path}`, body, { Accept: accept });
    const answered = async (accept: string, body: unknown): Promise<unknown> => {
      const got = await ask(accept, body);
      expect([got.status, got.headers.get('content-type'), got.headers.get('x-policy-engine')]).toEqual([200, accept, 'interpreter']);
      return got.text;
    };
    const bob = { input: { user: 'bob' } };
    const masks = '"masks":{"fruits":{"price":{"replace":{"value":"***"}}}}';
    expect(await answered(type('sql.postgresql'), bob)).toBe(`{"result":{"query":"WHERE fruits.owner = E'bob'",${masks}}}\n`);
    const renamed = { ...bob, options: { targetSQLTableMappings: { fruits: { $self: 'F', owner: 'O' } } } };
    expect(await answered(type('sql.mysql'), renamed)).toBe(`{"result":{"query":"WHERE F.O = 'bob'",${masks}}}\n`);
    const ucast = `{"query":{"field":"fruits.owner","operator":"eq","type":"field","value":"bob"},${masks}}`;
    const several = { ...bob, options: { targetDialects: ['ucast+all', 'ucast+prisma', 'sql+sqlite'] } };
    expect(await answered(type('multitarget'), several)).toBe(
      `{"result":{"ucast":${ucast},"sqlite":{"query":"WHERE fruits.owner = 'bob'",${masks}}}}\n`,
    );
    expect(await answered(type('sql.postgresql'), { input: { user: 'alice' }, unknowns: ['input.fruit'] })).toContain(
      '"message":"input.fruits.name undefined, did you mean input.fruit.name?"',
    );

    const unsaid = await ask(type('sql.postgresql'), { unknowns: ['input.fruits'] }, 'shop/computed');
    expect([unsaid.status, unsaid.json()]).toMatchObject([
      400,
      { code: 'evaluation_error', errors: [{ code: 'pe_fragment_error', location: { file: 'shop.rego', row: 17 } }] },
    ]);
    for (const [accept, body] of [
      ['application/json', {}],
      ['', {}],
      [type('sql.postgresql'), { unknowns: 'input' }],
      [type('sql.postgresql'), { unknowns: ['1 +'] }],
      [type('sql.postgresql'), { options: { maskRule: 1 } }],
      [type('sql.postgresql'), { ...bob, options: { targetSQLTableMappings: { fruits: { owner: 3 } } } }],
      [type('multitarget'), { options: { targetDialects: ['sql'] } }],
      [type('multitarget'), { options: { targetDialects: Array.from({ length: 17 }, () => 'sql+sqlite') } }],
    ] as const) {
      const got = await ask(accept, body);
      expect([got.status, got.json()['code']], JSON.stringify([accept, body])).toEqual([400, 'invalid_parameter']);
    }
  });
});

it('lets nothing reach out by a query, nor by a function of a module', async () => {
  const mocked = 'package a\n\nmock(_) := 1\n\nr := x if x := http.send({}) with http.send as mock\n';
  const { call } = await startTestGateway(await tempDir({ 'a.rego': mocked }));
  expect((await call('GET', '/v1/query?q=x%20:=%20data.a.r')).text).toBe('{"result":[{"x":1}]}\n');
  const calling = await startTestGateway(await tempDir({ 'a.rego': 'package a\n\nask(x) := http.send(x)\n' }));
  expect((await calling.call('GET', '/v1/query?q=data.a.ask(%7B%7D)')).status).toBe(503);
});

describe('what clients of OPA ask a server about itself', () => {
  it('is answered with what serves', async () => {
    const { current } = running.gateway.engine;
    expect((await running.call('GET', '/v1/status')).json()).toMatchObject({
      result: {
        labels: { version: expect.any(String) as string },
        bundles: {
          policies: { name: 'policies', active_revision: current?.id, last_successful_activation: current?.loadedAt.toISOString() },
        },
        plugins: { bundle: { state: 'OK' }, status: { state: 'OK' } },
      },
    });
  });

  it('is answered with the settings, without a secret', async () => {
    const secrets = { 'gateway.token': 'hidden-one', 'llm.api_key': 'hidden-two' };
    const { call } = await startTestGateway(await tempDir(POLICY), secrets);
    const got = await call('GET', '/v1/config');
    expect(got.json()).toMatchObject({ result: { default_decision: '/system/main', defenseclaw: { evaluation: { timeout: 1000 } } } });
    expect(got.text).not.toMatch(/hidden|redacted|test-token/);
  });

  it('is for holders of the token alone', async () => {
    for (const route of ['/v1/status', '/v1/config', '/v1/query?q=true']) {
      expect((await running.call('GET', route, undefined, { Authorization: '' })).status, route).toBe(401);
    }
  });
});
