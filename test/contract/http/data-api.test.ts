import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import type { EvaluationRequest } from '../../../src/evaluator/evaluator.js';
import type { HttpDeps } from '../../../src/http/deps.js';
import { FakeEngine, fakeRevision, REVISION_ID } from './fake-engine.js';
import { ADMITTED, serve, TOKEN } from './harness.js';
import type { Answer, Harness, Sent } from './harness.js';

/** What an OPA client sends: a bearer token and nothing that DefenseClaw asks for. */
const OPA = { authorization: `Bearer ${TOKEN}` };

const revision = fakeRevision({
  data: '{"users":{"list":[10,{"x":"<"}],"a/b":{"age":1}},"authz":{"limits":{"n":12345678901234567890}}}',
  modules: { 'authz.rego': 'package authz\n', 'deep/x.rego': 'package deep.x\n' },
  policy: {
    entrypoints: [
      { path: 'authz', kind: 'package' },
      { path: 'authz/allow', kind: 'rule' },
      { path: 'authz/roles', kind: 'rule' },
      { path: 'deep', kind: 'prefix' },
      { path: 'deep/x', kind: 'package' },
      { path: 'system', kind: 'prefix' },
      { path: 'system/main', kind: 'rule' },
    ],
    rules: [
      { path: ['authz', 'allow'], file: 'authz.rego', row: 2, kind: 'complete', digest: '0' },
      { path: ['authz', 'roles'], file: 'authz.rego', row: 3, kind: 'complete', digest: '0' },
      { path: ['authz', '_private'], file: 'authz.rego', row: 4, kind: 'complete', digest: '0' },
      { path: ['deep', 'x', 'y'], file: 'deep/x.rego', row: 2, kind: 'complete', digest: '0' },
    ],
  },
});

const RESULTS: Readonly<Record<string, string | GatewayError>> = {
  authz: '{"_private":{"k":[1,2]},"allow":true,"limits":{"n":12345678901234567890},"roles":{"alice":["dev",{"since":1.50}]}}',
  'authz/allow': 'true',
  'authz/roles': '{"alice":["dev",{"since":1.50}]}',
  deep: '{"x":{"y":1}}',
  system: '{}',
  'deep/x': new GatewayError('evaluation_conflict', 'complete rules must not produce multiple outputs', {
    details: { file: 'deep/x.rego', row: 7, col: 3 },
  }),
};

function canned({ entrypoint, input }: EvaluationRequest): string | undefined | GatewayError {
  if (entrypoint === 'system/main') return input === undefined ? undefined : Buffer.from(input).toString();
  if (entrypoint === 'authz/allow' && input !== undefined && Buffer.from(input).includes('"conflict"')) return RESULTS['deep/x'];
  return RESULTS[entrypoint];
}

async function opa(overrides: Partial<HttpDeps> = {}): Promise<Harness & { engine: FakeEngine; ask: (sent: Sent) => Promise<Answer> }> {
  const engine = new FakeEngine(canned, revision);
  const harness = await serve(engine, overrides);
  return { ...harness, engine, ask: (sent) => harness.send({ headers: OPA, ...sent }) };
}

const WARNING = '"warning":{"code":"api_usage_warning","message":"\'input\' key missing from the request"}';

describe.each([true, false])('POST /v1/data (short-cut %s)', (fastPath) => {
  it.each([
    ['a rule', 'authz/allow', 'true'],
    ['a package', 'authz', RESULTS['authz']],
    ['a package prefix', 'deep', '{"x":{"y":1}}'],
    ['inside the value of a rule', 'authz/roles/alice/1/since', '1.50'],
    ['a private rule', 'authz/_private/k/0', '1'],
    ['a member of a set', 'authz/roles/alice/dev', '"dev"'],
    ['base data below a package', 'authz/limits/n', '12345678901234567890'],
    ['base data', 'users/list/0', '10'],
    ['base data with an encoded slash', 'users/a%2Fb', '{"age":1}'],
    ['base data that needs escaping', 'users/list/1', '{"x":"\\u003c"}'],
    ['doubled and trailing slashes', '/authz//allow/', 'true'],
    [
      'the whole document',
      '',
      `{"authz":${String(RESULTS['authz'])},"deep":{"x":{"y":1}},"users":{"a/b":{"age":1},"list":[10,{"x":"\\u003c"}]}}`,
    ],
  ])('answers %s', async (_, path, result) => {
    const { ask, engine } = await opa({ fastPath });
    const got = await ask({ path: path === '' ? '/v1/data' : `/v1/data/${path}`, body: '{"input": {"a": 1}}' });
    expect([got.status, got.body]).toEqual([200, `{"result":${String(result)}}\n`]);
    expect(got.headers).toMatchObject({ 'content-type': 'application/json', 'x-policy-revision': '0123456789ab', vary: 'Accept-Encoding' });
    expect(engine.leases).toBe(0);
  });

  it.each([
    'nope',
    'authz/nope',
    'authz/roles/bob',
    'authz/roles/alice/7',
    'authz/allow/deeper',
    'users/list/x',
    'authz/roles/alice/ops',
    'deep/z',
  ])('answers {} for %s, which is not defined', async (path) => {
    const { ask } = await opa({ fastPath });
    expect(await ask({ path: `/v1/data/${path}`, body: '{"input":1}' })).toMatchObject({ status: 200, body: '{}\n' });
  });

  it.each(['', 'null', '{}', '{"input":null}', '{"other":1}'])('warns that %j has no input', async (body) => {
    const { ask, engine } = await opa({ fastPath });
    expect((await ask({ path: '/v1/data/authz/allow', body })).body).toBe(`{"result":true,${WARNING}}\n`);
    expect(engine.asked[0]).not.toHaveProperty('input');
  });

  it.each([
    ['{"input":{"n":1.0,"n":1e2, "s":"\\u00e9"}}', '{"n":1.0,"n":1e2, "s":"\\u00e9"}'],
    ['  { "input" : [1, 2]  } ', '[1, 2]  '],
    ['{"a":{"input":0},"input":"x","z":[]}', '"x"'],
    ['{"input":1,"input":2}', '2'],
    ['{"input":{"b":"}"}} trailing', '{"b":"}"}'],
    ['{"Input":false}', 'false'],
  ])('passes the input of %s on as it came', async (body, input) => {
    const { ask, engine } = await opa({ fastPath });
    await ask({ path: '/v1/data/authz/allow', body });
    expect(Buffer.from(engine.asked[0]?.input ?? []).toString()).toBe(input);
  });

  it.each([
    ['[]', 'expected an object'],
    ['{"input":', 'body contains malformed input document'],
    ['{"input":{"a":\\u0000}}', 'body contains malformed input document'],
    ['{"input":"\\ud800"}', 'body contains malformed input document'],
    [`{"input":${'['.repeat(600)}${']'.repeat(600)}}`, 'nested at most 512'],
    [`{"a":0,"input":${'['.repeat(600)}${']'.repeat(600)}}`, 'nested at most 513'],
  ])('refuses %s', async (body, message) => {
    const { ask, engine } = await opa({ fastPath });
    const got = await ask({ path: '/v1/data/authz/allow', body });
    expect(got.status).toBe(400);
    expect(JSON.parse(got.body)).toMatchObject({ code: 'invalid_parameter', message: expect.stringContaining(message) as string });
    expect(engine.asked).toHaveLength(0);
  });

  it('prints errors as OPA does', async () => {
    const { ask } = await opa({ fastPath });
    const got = await ask({ path: '/v1/data/deep/x', body: '{"input":1}' });
    expect(got.status).toBe(500);
    expect(got.body).toBe(`{
  "code": "internal_error",
  "message": "error(s) occurred while evaluating query",
  "errors": [
    {
      "code": "eval_conflict_error",
      "message": "complete rules must not produce multiple outputs",
      "location": {
        "file": "deep/x.rego",
        "row": 7,
        "col": 3
      }
    }
  ]
}
`);
    expect(got.headers['x-policy-revision']).toBe('0123456789ab');
  });

  it('asks for no client header and no content type where the token came in Authorization, but for both otherwise', async () => {
    const { ask } = await opa({ fastPath });
    const sent = { path: '/v1/data/authz/allow', body: '{"input":1}' };
    expect((await ask({ ...sent, headers: { ...OPA, 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(200);
    expect((await ask({ ...sent, headers: { 'x-defenseclaw-token': TOKEN } })).status).toBe(403);
    expect((await ask({ ...sent, headers: { ...OPA, origin: 'https://evil.example' } })).status).toBe(403);
    expect((await ask({ ...sent, headers: { ...OPA, 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  });

  it('refuses strangers in the shape of OPA', async () => {
    const { ask } = await opa({ fastPath });
    const got = await ask({ path: '/v1/data/authz/allow', headers: {} });
    expect([got.status, got.body]).toEqual([401, '{\n  "code": "unauthorized",\n  "message": "unauthorized"\n}\n']);
  });

  it('takes and gives gzip', async () => {
    const { ask, engine } = await opa({ fastPath });
    const headers = { ...OPA, 'content-encoding': 'gzip', 'accept-encoding': 'br, gzip;q=0.5' };
    const input = JSON.stringify({ input: 'x'.repeat(3000) });
    const got = await ask({ path: '/v1/data/authz/allow', headers, body: gzipSync(input) });
    expect(got.body).toBe('{"result":true}\n');
    expect(engine.asked[0]?.input).toHaveLength(3002);
    const big = await ask({ path: '/v1/policies?pretty', method: 'GET', headers });
    expect(big.headers['content-encoding']).toBeUndefined();
    const document = await ask({ path: '/', headers, body: gzipSync(JSON.stringify('y'.repeat(3000))) });
    expect(document.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(document.bytes).toString()).toBe(`"${'y'.repeat(3000)}"\n`);
  });

  it('does not inflate without end', async () => {
    const { ask } = await opa({ fastPath, limits: { maxInflatedBytes: 1000 } });
    const bomb = gzipSync(`{"input":"${'0'.repeat(100_000)}"}`);
    const got = await ask({ path: '/v1/data/authz/allow', headers: { ...OPA, 'content-encoding': 'gzip' }, body: bomb });
    expect([got.status, JSON.parse(got.body)]).toMatchObject([400, { code: 'invalid_parameter' }]);
    const broken = await ask({ path: '/v1/data/authz/allow', headers: { ...OPA, 'content-encoding': 'gzip' }, body: 'nope' });
    expect(JSON.parse(broken.body)).toMatchObject({ message: expect.stringContaining('could not decompress') as string });
  });

  it('reads YAML', async () => {
    const { ask, engine } = await opa({ fastPath });
    await ask({ path: '/v1/data/authz/allow', headers: { ...OPA, 'content-type': 'application/x-yaml' }, body: 'input:\n  a: [1, two]\n' });
    expect(Buffer.from(engine.asked[0]?.input ?? []).toString()).toBe('{"a":[1,"two"]}');
  });

  it.each([
    ['as it is', (text: string) => text, {}],
    ['inflated', (text: string) => gzipSync(text), { 'content-encoding': 'gzip' }],
  ])('does not read YAML that would hold up everybody else: 32 KiB at most, %s', async (_, pack, extra) => {
    const { ask, engine } = await opa({ fastPath });
    const headers = { ...OPA, 'content-type': 'application/yaml', ...extra };
    const body = (keys: number): string => `input: {${'a: 1, '.repeat(keys)}}`;
    const got = await ask({ path: '/v1/data/authz/allow', headers, body: pack(body(6000)) });
    expect([got.status, JSON.parse(got.body)]).toMatchObject([400, { message: expect.stringContaining('32768 bytes') as string }]);
    await ask({ path: '/v1/data/authz/allow', headers, body: pack(body(5000)) });
    expect(Buffer.from(engine.asked[0]?.input ?? []).toString()).toBe('{"a":1}');
  });

  it('answers the switches', async () => {
    const { ask, engine } = await opa({ fastPath });
    const path = '/v1/data/authz/allow?pretty=true&provenance&metrics&strict-builtin-errors=true&decision_id';
    const got = await ask({ path, body: '{"input":{}}' });
    const body = JSON.parse(got.body) as Record<string, Record<string, unknown>>;
    expect(Object.keys(body)).toEqual(['decision_id', 'provenance', 'metrics', 'result']);
    expect(got.body).toMatch(/^\{\n {2}"decision_id": "[0-9a-f-]{36}",\n/);
    expect(body['provenance']).toEqual({ version: '1.2.3', revision: REVISION_ID, bundles: { policies: { revision: REVISION_ID } } });
    const timers = ['timer_rego_external_ns', 'timer_rego_input_parse_ns', 'timer_rego_query_eval_ns', 'timer_server_handler_ns'];
    expect(Object.keys(body['metrics'] ?? {})).toEqual(timers);
    expect(engine.asked[0]).toMatchObject({ strictBuiltinErrors: true, metrics: true });
  });

  it.each(['explain=full', 'explain=notes', 'instrument'])('refuses ?%s rather than leave it out', async (query) => {
    const { ask } = await opa({ fastPath });
    const got = await ask({ path: `/v1/data/authz/allow?${query}`, body: '{"input":1}' });
    expect([got.status, JSON.parse(got.body)]).toMatchObject([
      400,
      { code: 'invalid_parameter', message: expect.stringContaining('is not available') as string },
    ]);
  });

  it('takes ?explain=off for what it is', async () => {
    const { ask } = await opa({ fastPath });
    expect((await ask({ path: '/v1/data/authz/allow?explain=off', body: '{"input":1}' })).status).toBe(200);
  });

  it('does not take nothing for an answer when nothing serves', async () => {
    const { ask, engine } = await opa({ fastPath });
    engine.current = undefined;
    const got = await ask({ path: '/v1/data/authz/allow', body: '{"input":1}' });
    const message = 'no policy revision is loaded';
    expect([got.status, JSON.parse(got.body)]).toEqual([
      503,
      { code: 'internal_error', message, errors: [{ code: 'evaluation_no_revision', message }] },
    ]);
  });
});

describe('the rest of the Data API', () => {
  it('reads by GET with the input in the query', async () => {
    const { ask, engine } = await opa();
    const got = await ask({ method: 'GET', path: `/v1/data/authz/allow?input=${encodeURIComponent('{"a":"ü"}')}` });
    expect([got.status, got.body]).toEqual([200, '{"result":true}\n']);
    expect(Buffer.from(engine.asked[0]?.input ?? []).toString()).toBe('{"a":"ü"}');
    expect((await ask({ method: 'GET', path: '/v1/data/authz/allow' })).body).toBe('{"result":true}\n');
    expect((await ask({ method: 'GET', path: '/v1/data/authz/allow?input={' })).status).toBe(400);
  });

  it('refuses a path that OPA refuses', async () => {
    const { ask } = await opa();
    expect((await ask({ path: '/v1/data/a%22b', body: '{}' })).status).toBe(400);
    expect((await ask({ path: '/v1/data/a%zz', body: '{"input":1}' })).body).toBe('{}\n');
  });

  it('gives a decision id to every answer where that is configured', async () => {
    const { ask } = await opa({ decisionIds: true });
    expect((await ask({ path: '/v1/data/nope', body: '{"input":1}' })).body).toMatch(/^\{"decision_id":"[0-9a-f-]{36}"\}\n$/);
  });

  it('decides by default with the body as input', async () => {
    const { ask } = await opa();
    expect(await ask({ path: '/', body: '{"a":1}' })).toMatchObject({ status: 200, body: '{"a":1}\n' });
    const none = await ask({ path: '/', body: '' });
    expect([none.status, JSON.parse(none.body)]).toMatchObject([404, { code: 'undefined_document' }]);
    expect(await ask({ path: '/v0/data/authz/allow', body: '' })).toMatchObject({ status: 200, body: 'true\n' });
    expect((await ask({ path: '/', body: '{' })).status).toBe(400);
    expect((await ask({ method: 'GET', path: '/' })).status).toBe(405);
  });

  it('lists the modules that serve', async () => {
    const { ask } = await opa();
    const get = (path: string): Promise<Answer> => ask({ method: 'GET', path });
    expect(JSON.parse((await get('/v1/policies')).body)).toEqual({
      result: [
        { id: 'authz.rego', raw: 'package authz\n' },
        { id: 'deep/x.rego', raw: 'package deep.x\n' },
      ],
    });
    expect((await get('/v1/policies/deep%2Fx.rego')).body).toBe('{"result":{"id":"deep/x.rego","raw":"package deep.x\\n"}}\n');
    expect((await get('/v1/policies/deep/x.rego')).status).toBe(200);
    expect(await get('/v1/policies/nope')).toMatchObject({ status: 404 });
  });

  it.each([
    ['PUT', '/v1/data/a'],
    ['PATCH', '/v1/data/a'],
    ['DELETE', '/v1/data/a'],
    ['PUT', '/v1/data'],
    ['PUT', '/v1/policies/a'],
    ['DELETE', '/v1/policies/a'],
  ])('refuses %s %s: policies are files', async (method, path) => {
    const { ask } = await opa();
    const got = await ask({ method, path, body: '{}' });
    expect([got.status, JSON.parse(got.body)]).toMatchObject([
      400,
      { code: 'invalid_operation', message: expect.stringContaining('are files') as string },
    ]);
  });

  it.each([
    ['POST', '/v1/query'],
    ['GET', '/v1/query?q=x'],
    ['POST', '/v1/compile'],
    ['POST', '/v1/compile/a/b'],
  ])('refuses %s %s', async (method, path) => {
    const { ask } = await opa();
    expect((await ask({ method, path, body: '{}' })).status).toBe(501);
  });

  it('asks for the whole gate on its GET routes too', async () => {
    const { send } = await opa();
    expect((await send({ method: 'GET', path: '/v1/data/authz/allow', headers: {} })).status).toBe(401);
  });
});

describe('POST /v1/batch/data', () => {
  const ask = async (
    body: string,
    path = 'authz/allow',
    overrides: Partial<HttpDeps> = {},
  ): Promise<{ got: Answer; json: Record<string, unknown> }> => {
    const { send } = await opa(overrides);
    const got = await send({ path: `/v1/batch/data/${path}`, headers: ADMITTED, body });
    return { got, json: JSON.parse(got.body) as Record<string, unknown> };
  };

  it('answers every input under its name, from one revision', async () => {
    const { got, json } = await ask('{"inputs":{"b":{"u":1},"a":{}}}');
    expect(got.status).toBe(200);
    expect(json).toEqual({ batch_decision_id: expect.any(String) as string, responses: { a: { result: true }, b: { result: true } } });
    expect(got.headers['x-policy-revision']).toBe('0123456789ab');
  });

  it('tells which failed: 207 when some did, 500 when all did', async () => {
    const some = await ask('{"inputs":{"good":{},"bad":"conflict"}}');
    expect(some.got.status).toBe(207);
    expect(some.json).toMatchObject({
      responses: {
        bad: { http_status_code: '500', code: 'internal_error', errors: [{ code: 'eval_conflict_error' }] },
        good: { http_status_code: '200', result: true },
      },
    });
    const all = await ask('{"inputs":{"bad":"conflict"}}');
    expect([all.got.status, all.json]).toMatchObject([500, { responses: { bad: { code: 'internal_error' } } }]);
  });

  it('takes an undefined document and no inputs at all', async () => {
    expect((await ask('{"inputs":{"a":{}}}', 'nope')).json).toMatchObject({ responses: { a: {} } });
    expect((await ask('{"inputs":{}}')).json).toMatchObject({ responses: {} });
  });

  it.each([
    ['{}', "'inputs'"],
    ['{"inputs":[]}', "'inputs'"],
    ['{"inputs":{"a":1},"common_input":{}}', 'common_input'],
    ['{"inputs":{"a":1,"b":2,"c":3}}', 'at most 2'],
    ['{"inputs":{', 'malformed'],
  ])('refuses %s', async (body, message) => {
    const { got, json } = await ask(body, 'authz/allow', { limits: { maxBatch: 2 } });
    expect([got.status, json]).toMatchObject([400, { code: 'invalid_parameter', message: expect.stringContaining(message) as string }]);
  });
});
