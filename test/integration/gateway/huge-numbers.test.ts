import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TEST_TOKEN, startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const POLICY = 'package big\n\nallow if input.x > 1\n\nlimited if data.limits.x > input.x\n';
const HUGE = ['1e999999999', '-1e-999999999', '0e5000', '1e400000000'];

const JSON_TYPE = { 'Content-Type': 'application/json' };
const YAML_TYPE = { 'Content-Type': 'application/yaml' };

interface Asked {
  readonly method: string;
  readonly route: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const ROUTES: readonly (readonly [name: string, ask: (number: string) => Asked])[] = [
  ['POST', (x) => ({ method: 'POST', route: '/v1/data/big/allow', body: `{"input":{"x":${x}}}`, headers: JSON_TYPE })],
  [
    'POST with members behind',
    (x) => ({ method: 'POST', route: '/v1/data/big/allow', body: `{"input":{"x":${x}},"y":1}`, headers: JSON_TYPE }),
  ],
  ['GET', (x) => ({ method: 'GET', route: `/v1/data/big/allow?input=${encodeURIComponent(`{"x":${x}}`)}` })],
  ['the default decision', (x) => ({ method: 'POST', route: '/', body: `{"x":${x}}`, headers: JSON_TYPE })],
  ['v0', (x) => ({ method: 'POST', route: '/v0/data/big/allow', body: `{"x":${x}}`, headers: JSON_TYPE })],
  [
    'a batch',
    (x) => ({ method: 'POST', route: '/v1/batch/data/big/allow', body: `{"inputs":{"a":{"x":2},"b":{"x":${x}}}}`, headers: JSON_TYPE }),
  ],
  [
    'a packed body',
    (x) => ({
      ...{ method: 'POST', route: '/v1/data/big/allow', body: gzipSync(`{"input":{"x":${x}}}`) },
      headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' },
    }),
  ],
];

describe.each([0, 1])('a number that no arithmetic can hold, with %i serving processes', (processes) => {
  it('in an input is refused by name, at every route', async () => {
    const dir = await tempDir({ 'big.rego': POLICY });
    const { url } = await startTestGateway(dir, { 'http.processes': processes });
    const ask = async ({ method, route, body, headers = {} }: Asked): Promise<Response> =>
      fetch(`${url}${route}`, {
        method,
        headers: { Authorization: `Bearer ${TEST_TOKEN}`, 'X-DefenseClaw-Client': 'test', ...headers },
        ...(body === undefined ? {} : { body }),
      });
    for (const [name, asked] of ROUTES) {
      for (const number of HUGE) {
        const response = await ask(asked(number));
        const text = await response.text();
        expect({ name, status: response.status, text }).toEqual({ name, status: 400, text: expect.stringContaining(number) as string });
      }
    }
    const yaml = await ask({ method: 'POST', route: '/v1/data/big/allow', body: 'input:\n  x: 1e999999999\n', headers: YAML_TYPE });
    expect([yaml.status, await yaml.text()]).toEqual([400, expect.stringContaining('1e999999999')]);
    const bearable = await ask({ method: 'POST', route: '/v1/data/big/allow', body: '{"input":{"x":1e4000}}', headers: JSON_TYPE });
    expect(await bearable.text()).toContain('"result":true');
  });

  it('in a data file rejects the reload, naming the path, and the old revision serves on', async () => {
    const dir = await tempDir({ 'big.rego': POLICY, 'limits/data.json': '{"x":10}' });
    const { call } = await startTestGateway(dir, { 'http.processes': processes, 'gateway.watcher.enabled': false });
    await mkdir(path.join(dir, 'limits'), { recursive: true });
    await writeFile(path.join(dir, 'limits/data.json'), '{"y":1,\n"x":1e999999999}');
    const answer = await call('POST', '/policy/reload');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('limits/data.json:2:5: data.limits.x');
    expect(answer.text).toContain('1e999999999');
    expect((await call('POST', '/v1/data/big/limited', { input: { x: 1 } })).json()).toMatchObject({ result: true });
  });
});
