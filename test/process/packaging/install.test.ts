import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { callGateway, TEST_TOKEN } from '../../helpers/gateway.js';
import { ROOT } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const run = promisify(execFile);

/** Bytes that an installation may take, the native SQLite and the compiler included. */
const MAX_INSTALLED_BYTES = 60 * 1024 * 1024;

/** Packing, the registry and five starts of the command: 30 s on two idle cores, and many times that on busy ones. */
const TIME_MS = 600_000;

/** What a machine has whose owner installed Node and nothing else. */
async function machine(prefix: string): Promise<{ env: NodeJS.ProcessEnv; command: string }> {
  const home = path.join(prefix, 'home');
  const bin = path.join(prefix, 'bin');
  for (const folder of [home, bin]) await mkdir(folder, { recursive: true });
  await symlink(process.execPath, path.join(bin, 'node'));
  const env = {
    PATH: bin,
    HOME: home,
    DEFENSECLAW_HOME: home,
    DEFENSECLAW_GATEWAY_TOKEN: TEST_TOKEN,
    DEFENSECLAW_GATEWAY_SHUTDOWN_WAIT: '0s',
  };
  return { env, command: path.join(prefix, 'node_modules/.bin/defenseclaw-gateway') };
}

async function pack(): Promise<readonly string[]> {
  const out = await tempDir();
  await run(process.execPath, ['--import', 'tsx', 'src/packaging/package.ts', '--host', '--out', out], { cwd: ROOT });
  await run('sha256sum', ['--check', 'SHA256SUMS'], { cwd: out });
  return readdirSync(out)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => path.join(out, name));
}

function bytesIn(folder: string): number {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(path.join(folder, name)));
  return sizes.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

it(
  'installs what was packed, and validates, tests and starts without Go',
  async () => {
    const tarballs = await pack();
    const prefix = await tempDir({ 'package.json': '{}' });
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], { cwd: prefix });
    const modules = path.join(prefix, 'node_modules');
    const own = path.join(modules, 'defenseclaw-gateway');
    expect(bytesIn(modules)).toBeLessThan(MAX_INSTALLED_BYTES);
    expect(
      readdirSync(path.join(own, 'dist/compiler')).filter((name) => name.startsWith('rego-compiler') && !name.endsWith('.ts')),
    ).toEqual([]);
    const manifest = JSON.parse(readFileSync(path.join(own, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(manifest['dependencies'] ?? {})).toEqual(['libsql']);
    expect(manifest).not.toHaveProperty('scripts');

    const { env, command } = await machine(prefix);
    const policies = path.join(own, 'policies');
    const options = { env, cwd: prefix };
    await expect(run('go', ['version'], options)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await run(command, ['policy', 'validate', policies], options)).stdout).toContain('All validations passed');
    const small = await tempDir({
      'a.rego': 'package a\n\nallow if input.user == "alice"\n',
      'a_test.rego': 'package a_test\n\ntest_alice if data.a.allow with input as {"user": "alice"}\n',
    });
    expect((await run(command, ['policy', 'test', small], options)).stdout).toMatch(/^1 passed, 0 failed/u);
    expect((await run(command, ['help', 'policy', 'reload'], options)).stdout).toContain('Make a running gateway reload');

    const daemon = spawn(command, ['start', '--policy-dir', small, '--port', '0', '--log-format', 'json'], options);
    onTestFinished(() => void daemon.kill('SIGKILL'));
    let log = '';
    daemon.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    const url = await waitFor('the gateway to listen', () => /"url":"([^"]+)","policy_dir"/u.exec(log)?.[1]);
    const answer = await callGateway(url, 'POST', '/v1/data/a/allow', '{"input":{"user":"alice"}}');
    expect(answer.json()).toMatchObject({ result: true });
    const ended = new Promise((resolve) => daemon.once('close', resolve));
    daemon.kill('SIGTERM');
    expect(await ended).toBe(0);

    rmSync(path.join(modules, '@defenseclaw-gateway'), { recursive: true });
    await expect(run(command, ['policy', 'validate', policies], options)).rejects.toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/is not installed[^]*npm install --include=optional/u) as string,
    });
  },
  TIME_MS,
);
