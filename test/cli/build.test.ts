import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

const POLICY = { 'a.rego': 'package a\n\np := data.q\n', 'data.json': '{"q":1}' };

async function build(
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<{ out: string } & Awaited<ReturnType<typeof runCli>>> {
  const out = await tempDir();
  const ran = await runCli(['policy', 'build', await tempDir(files), '-o', path.join(out, 'b.tar.gz'), ...args], cliEnv(await tempDir()));
  return { out, ...ran };
}

it('writes a signed bundle', async () => {
  const key = path.join(await tempDir(), 'key.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { out, code, stdout } = await build(POLICY, ['--signing-key', key, '--signing-alg', 'ES256', '-r', 'release-7', '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { revision: 'release-7', modules: 1, signed: true }]);
  const text = gunzipSync(await readFile(path.join(out, 'b.tar.gz'))).toString('utf8');
  expect(text).toContain('"revision":"release-7"');
  expect(text).toContain('.signatures.json');
  expect(text).toContain(POLICY['a.rego']);
});

it('writes nothing of policies that would not serve', async () => {
  const { out, code, stderr } = await build({ ...POLICY, 'b.rego': 'package b\n\np := nope(1)\n' });
  expect([code, await readdir(out)]).toEqual([1, []]);
  expect(stderr).toContain('b.rego:3:6');
});

it('says that a key does not fit its algorithm, and that one is not there', async () => {
  const key = path.join(await tempDir(), 'key.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const wrong = await build(POLICY, ['--signing-key', key]);
  expect([wrong.code, await readdir(wrong.out)]).toEqual([2, []]);
  expect(wrong.stderr).toContain('bundle_key_invalid');
  const none = await build(POLICY, ['--signing-key', `${key}.none`]);
  expect([none.code, none.stderr.includes('bundle_key_invalid')]).toEqual([2, true]);
});
