import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { startTestGateway, TEST_TOKEN } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const ROUTE = '/bundles/policy.tar.gz';
const QUIET = { 'gateway.watcher.enabled': false, 'policy.read_timeout': '60s' };

const POLICY = {
  'authz/authz.rego': 'package authz\n\nallow if input.user in data.admins\n',
  'authz/authz_test.rego': 'package authz_test\n\ntest_allow if true\n',
  'data.json': '{"admins":["alice"]}',
  'data-more.json': '{"more":9007199254740993.10}',
};

async function archive(url: string, headers: Readonly<Record<string, string>> = {}): Promise<{ response: Response; text: string }> {
  const response = await fetch(url + ROUTE, { headers: { Authorization: `Bearer ${TEST_TOKEN}`, ...headers } });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { response, text: response.status !== 200 ? '' : gunzipSync(bytes).toString('utf8') };
}

it('gives what serves as a bundle, and nothing to whoever has it already', async () => {
  const dir = await tempDir(POLICY);
  const { gateway, url, call } = await startTestGateway(dir, QUIET);
  const first = await archive(url);
  const id = gateway.engine.current?.id ?? '';
  expect([first.response.status, first.response.headers.get('etag')]).toEqual([200, `"${id}"`]);
  expect(first.response.headers.get('content-type')).toBe('application/gzip');
  expect(first.text).toContain(`{"revision":"${id}","roots":[""],"rego_version":1}`);
  expect(first.text).toContain('{"admins":["alice"],"more":9007199254740993.10}');
  expect(first.text).toContain(POLICY['authz/authz.rego']);
  expect(first.text).not.toContain('test_allow');

  for (const known of [`"${id}"`, `W/"${id}"`, `"other", "${id}"`, '*']) {
    const again = await archive(url, { 'If-None-Match': known });
    expect([known, again.response.status, again.text]).toEqual([known, 304, '']);
    expect(again.response.headers.get('etag')).toBe(`"${id}"`);
    expect(again.response.headers.get('content-length')).toBeNull();
  }

  await writeFile(path.join(dir, 'data.json'), '{"admins":["bob"]}');
  expect((await call('POST', '/policy/reload')).text).toContain('"revision"');
  const next = await archive(url, { 'If-None-Match': `"${id}"` });
  expect([next.response.status, next.response.headers.get('etag')]).toEqual([200, `"${gateway.engine.current?.id ?? ''}"`]);
  expect(next.text).toContain('{"admins":["bob"],');

  await writeFile(path.join(dir, 'authz/authz.rego'), 'package authz\n\nallow if');
  await call('POST', '/policy/reload');
  expect((await archive(url)).text).toBe(next.text);
});

it('is as closed as the decisions are', async () => {
  const { url } = await startTestGateway(await tempDir(POLICY), QUIET);
  expect((await fetch(url + ROUTE)).status).toBe(401);
  const none = await startTestGateway(await tempDir({ 'broken.rego': 'package broken\n\nallow if' }), QUIET);
  expect((await archive(none.url)).response.status).toBe(503);
});
