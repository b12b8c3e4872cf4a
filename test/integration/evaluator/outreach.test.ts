import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/evaluator/create-evaluator.js';
import type { Evaluator, PreparedRevision } from '../../../src/evaluator/evaluator.js';
import { allowedBuiltins } from '../../../src/evaluator/linker.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';

const ALLOWED = ['http.send', 'net.lookup_ip_addr', 'opa.runtime'];

const POLICY = `package out

sent := http.send(input)

twice := [http.send(input).body.count, http.send(input).body.count]

addresses := net.lookup_ip_addr(input)

runtime := opa.runtime()

answer := 42
`;

let count = 0;

function respond(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, headers, url } = request;
    count++;
    if (url === '/silent') return;
    if (url === '/moved') response.writeHead(302, { location: '/echo' }).end();
    else if (url === '/large') response.end(Buffer.alloc(9 * 1024 * 1024, 'x'));
    else if (url === '/broken') response.setHeader('content-type', 'application/json').end('{');
    else if (url === '/yaml') response.setHeader('content-type', 'application/yaml').end('a: [1, x]\n');
    else if (url === '/text') response.setHeader('set-cookie', ['a=1', 'b=2']).writeHead(404).end('[9007199254740993]');
    else {
      const echo = { method, body: Buffer.concat(chunks).toString(), team: headers['x-team'], count };
      response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify(echo));
    }
  });
}

const server = createServer(respond);
let base: string;
let evaluator: Evaluator;
let revision: PreparedRevision;

async function ask(rule: string, input: unknown, options: { strictBuiltinErrors?: boolean; timeoutMs?: number } = {}): Promise<unknown> {
  const { result } = await revision.evaluate({ entrypoint: `out/${rule}`, input: Buffer.from(JSON.stringify(input)), ...options });
  return result === undefined ? undefined : (JSON.parse(result) as unknown);
}

function send(path: string, fields: object = {}): Promise<unknown> {
  return ask('sent', { method: 'get', url: `${base}${path}`, ...fields });
}

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The first request starts a thread, which a busy machine takes its time for.
  evaluator = createEvaluator({ workers: 1, timeoutMs: 20_000, allowBuiltins: ALLOWED });
  const policy = await compileRego({ 'out.rego': POLICY }, evaluator.hostedBuiltins);
  revision = await evaluator.prepare({ id: 'r', policy, data: Buffer.from('{}') });
});

afterAll(async () => {
  await evaluator.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

describe('built-ins that reach out', () => {
  it.each(['http.send({"method": "get", "url": "http://localhost"})', 'net.lookup_ip_addr("localhost")', 'opa.runtime()'])(
    'are refused with the line of the call unless allowed: %s',
    async (call) => {
      const modules = [{ path: 'a.rego', text: `package a\n\np := ${call}\n` }];
      const built = await testCompiler().build({ modules, hosted: allowedBuiltins([]) });
      expect(built.diagnostics).toMatchObject([{ code: 'rego_refused_builtin', file: 'a.rego', row: 3 }]);
    },
  );

  it('are allowed one by one', async () => {
    const hosted = allowedBuiltins(['opa.runtime']);
    await expect(compileRego({ 'a.rego': 'package a\n\np := opa.runtime()\n' }, hosted)).resolves.toBeDefined();
    await expect(compileRego({ 'a.rego': 'package a\n\np := net.lookup_ip_addr("x")\n' }, hosted)).rejects.toThrow('rego_refused_builtin');
  });
});

describe('http.send', () => {
  it('sends method, headers and body, and reads JSON', async () => {
    const answer = await send('/echo', { method: 'post', headers: { 'X-Team': 'red' }, body: { b: 1, a: [2] } });
    expect(answer).toMatchObject({
      status: '200 OK',
      status_code: 200,
      headers: { 'content-type': ['application/json; charset=utf-8'] },
      body: { method: 'POST', body: '{"a":[2],"b":1}', team: 'red' },
    });
    expect((answer as { raw_body: string }).raw_body).toMatch(/^\{"method":"POST"/);
  });

  it('prefers raw_body', async () => {
    expect(await send('/echo', { method: 'put', raw_body: 'as is', body: 1 })).toMatchObject({ body: { body: 'as is' } });
  });

  it.each([
    ['text is no body', '/text', {}, { status_code: 404, status: '404 Not Found', body: null, headers: { 'set-cookie': ['a=1', 'b=2'] } }],
    ['decoding can be forced', '/text', { force_json_decode: true }, { raw_body: '[9007199254740993]', body: [expect.any(Number)] }],
    ['YAML is read', '/yaml', {}, { body: { a: [1, 'x'] } }],
    ['broken JSON is no body', '/broken', {}, { status_code: 200, body: null, raw_body: '{' }],
    ['redirects are not followed', '/moved', {}, { status_code: 302, headers: { location: ['/echo'] } }],
    ['unless asked for', '/moved', { enable_redirect: true }, { status_code: 200, body: { method: 'GET' } }],
  ])('%s', async (_, path, fields, expected) => {
    expect(await send(path, fields)).toMatchObject(expected);
  });

  it('sends the same request once in an evaluation, and again in the next', async () => {
    const request = { method: 'get', url: `${base}/echo` };
    const first = (await ask('twice', request)) as readonly number[];
    const second = (await ask('twice', request)) as readonly number[];
    expect(first[0]).toBe(first[1]);
    expect(second).toEqual([(first[0] ?? 0) + 1, (first[1] ?? 0) + 1]);
  });

  it.each([
    ['a server that is silent', '/silent', { timeout: '100ms' }, 'network', /^Get "http.*": request timed out$/],
    ['nanoseconds as number', '/silent', { timeout: 50_000_000 }, 'network', /request timed out$/],
    ['a port that nobody listens on', '', { url: 'http://127.0.0.1:1/' }, 'network', /ECONNREFUSED|bad port/],
    ['a body that is too large', '/large', {}, 'network', /larger than 8388608 bytes$/],
    ['a parameter that is not supported', '/echo', { tls_ca_cert: 'x', cache: true }, 'internal', /\{"cache", "tls_ca_cert"\}$/],
    ['retries', '/echo', { max_retry_attempts: 2 }, 'internal', /max_retry_attempts must be 0/],
    ['credentials in the address', '', { url: 'http://me:secret@127.0.0.1/' }, 'internal', /^(?!.*secret).*credentials/],
    ['a file', '', { url: 'file:///etc/hosts' }, 'internal', /http or https/],
    ['a header that is no text', '/echo', { headers: { a: 1 } }, 'internal', /headers value 1/],
    ['a negative timeout', '/echo', { timeout: '-1s' }, 'internal', /must not be negative/],
  ])('describes %s, where errors are not raised', async (_, path, fields, kind, message) => {
    expect(await send(path, { raise_error: false, ...fields })).toEqual({
      status_code: 0,
      error: { code: `eval_http_send_${kind}_error`, message: expect.stringMatching(message) as string },
    });
  });

  it('is undefined on an error, or ends a strict evaluation', async () => {
    const request = { method: 'get', url: `${base}/silent`, timeout: '50ms' };
    expect(await ask('sent', request)).toBeUndefined();
    await expect(ask('sent', request, { strictBuiltinErrors: true })).rejects.toMatchObject({ code: 'evaluation_builtin_failed' });
    await expect(ask('sent', { method: 'get', verb: 1 }, { strictBuiltinErrors: true })).rejects.toThrow('{"verb"}');
  });
});

describe('net.lookup_ip_addr', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['::1', ['::1']],
    ['', undefined],
  ])('resolves %j', async (name, expected) => {
    expect(await ask('addresses', name)).toEqual(expected);
  });

  it('resolves the name of this machine', async () => {
    expect(['127.0.0.1', '::1']).toEqual(expect.arrayContaining(((await ask('addresses', 'localhost')) as string[]).slice(0, 1)));
  });
});

describe('opa.runtime', () => {
  it('tells nothing of the process', async () => {
    expect(await ask('runtime', null)).toEqual({ commit: '', config: {}, env: {}, version: expect.stringMatching(/^\d+\.\d+/) as string });
  });
});

describe('the deadline of an evaluation', () => {
  it('ends a wait, and the next evaluation answers', async () => {
    const request = { method: 'get', url: `${base}/silent`, timeout: '30s' };
    await expect(ask('sent', request, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'evaluation_timeout' });
    expect(await ask('answer', null)).toBe(42);
    expect(await send('/echo')).toMatchObject({ status_code: 200 });
    expect(evaluator.stats().workersReplaced).toBe(1);
  });
});
