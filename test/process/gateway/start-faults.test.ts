import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { locateBinary } from '../../../src/compiler/locate-binary.js';
import { cliEnv, runCli, startDaemon } from '../../helpers/daemon.js';
import type { CliResult } from '../../helpers/daemon.js';
import { callGateway } from '../../helpers/gateway.js';
import { markerModule, ROOT } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

async function policies(port = '0'): Promise<readonly string[]> {
  return ['--port', port, '--policy-dir', await tempDir({ 'marker.rego': markerModule('one') })];
}

async function failingStart(
  env: NodeJS.ProcessEnv,
  { port, flags = [] }: { port?: string; flags?: readonly string[] } = {},
): Promise<CliResult> {
  return runCli(['start', ...(await policies(port)), ...flags], env);
}

/** A compiler that is the real one behind `body`, which decides what goes through: `real` is the child, `start` lets everything pass. */
async function compilerBehind(body: string): Promise<string> {
  const file = path.join(await tempDir(), 'rego-compiler');
  const script = `#!${process.execPath}
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const real = spawn(${JSON.stringify(locateBinary())}, [], { stdio: ['pipe', 'pipe', 'inherit'] });
const pass = () => { process.stdin.pipe(real.stdin); real.stdout.pipe(process.stdout); };
process.stdin.on('end', () => real.stdin.end());
${body}`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

describe('a start that cannot go on says why, each cause with an exit code of its own', () => {
  it.each(['gateway.db', 'gateway.db-wal', 'gateway.db-journal'])('%s is something else than a file', async (name) => {
    for (const [make, kind] of [
      [(file: string) => void execFileSync('mkfifo', [file]), 'a named pipe'],
      [(file: string) => mkdir(file), 'a folder'],
    ] as const) {
      const home = await tempDir();
      await make(path.join(home, name));
      const { code, stderr } = await failingStart(cliEnv(home));
      expect(stderr).toContain('"code":"audit_store_failed"');
      expect(stderr).toContain(`${path.join(home, name)} to be a regular file, got ${kind}`);
      expect(code).toBe(6);
    }
  });

  it('the state file of a reader is a named pipe', async () => {
    const home = await tempDir();
    execFileSync('mkfifo', [path.join(home, 'gateway.db')]);
    const { code, stderr } = await runCli(['audit', 'list'], cliEnv(home));
    expect(stderr).toContain('got a named pipe [audit_store_failed]');
    expect(code).toBe(6);
  });

  // For the program, for the library of its database and what that opens, for its state, and for what it starts.
  it.each([1, 3, 6, 10, 18])('too few files may be open: %i more than Node has', async (more) => {
    const own = execFileSync(process.execPath, ['-p', "require('node:fs').readdirSync('/dev/fd').length"], { encoding: 'utf8' });
    const most = Number(own) + more;
    const command = `ulimit -n ${most}; exec "${process.execPath}" "${path.join(ROOT, 'bin/run.cjs')}" start --port 0`;
    const child = spawn('sh', ['-c', command], { env: cliEnv(await tempDir()), cwd: ROOT });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(stderr).toContain('files_exhausted');
    expect(stderr).toContain('ulimit -n');
    expect(code).toBe(8);
  });

  it('TMPDIR is too long for a local socket', async () => {
    const home = await tempDir();
    const deep = path.join(home, 'x'.repeat(90));
    await mkdir(deep);
    const { code, stderr } = await failingStart(cliEnv(home, { TMPDIR: deep, DEFENSECLAW_HTTP_PROCESSES: '1' }));
    expect(stderr).toContain('TMPDIR is too long for local sockets');
    expect(stderr).toContain('"code":"serving_failed"');
    expect(code).toBe(7);
    expect(await readdir(deep)).toEqual([]);
  });

  it('the port is taken, which is found out before anything is compiled', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await waitFor('the port', () => taken.listening);
    onTestFinished(() => void taken.close());
    const port = String((taken.address() as AddressInfo).port);
    // Whoever waits for this compiler waits for ever.
    const env = cliEnv(await tempDir(), { DEFENSECLAW_REGO_COMPILER: await compilerBehind('process.stdin.resume();') });
    const { code, stderr } = await failingStart(env, { port });
    expect(stderr).toMatch(new RegExp(`"code":"address_in_use".*another process listens on 127.0.0.1:${port}`, 'u'));
    expect(code).toBe(3);
  });

  it('the address is not of this machine', async () => {
    const { code, stderr } = await failingStart(cliEnv(await tempDir()), { flags: ['--bind', '192.0.2.1'] });
    expect(stderr).toContain('"code":"address_unavailable"');
    expect(code).toBe(9);
  });
});

it('a command that is refused says that its token is wrong, not that there is none', async () => {
  const home = await tempDir();
  const { port } = await startDaemon(await policies(), cliEnv(home));
  for (const command of [['status'], ['policy', 'reload'], ['enforce', 'list']]) {
    const { code, stderr } = await runCli(
      [...command, '--port', String(port)],
      cliEnv(home, { DEFENSECLAW_GATEWAY_TOKEN: 'not-this-one' }),
    );
    expect(stderr, command.join(' ')).toContain('[token_wrong]');
    expect(code).toBe(4);
  }
});

it('the next start removes what a killed gateway left in TMPDIR, and nothing of one that runs', async () => {
  const [home, other, TMPDIR] = [await tempDir(), await tempDir(), await tempDir({ 'defenseclaw-backup/kept': 'by somebody' })];
  const extra = { TMPDIR, DEFENSECLAW_HTTP_PROCESSES: '1' };
  const folders = async (): Promise<string[]> => (await readdir(TMPDIR)).filter((name) => /^defenseclaw-.{6}$/u.test(name)).sort();
  const killed = await startDaemon(await policies(), cliEnv(home, extra));
  const [left = ''] = (await folders()).filter((name) => name !== 'defenseclaw-backup');
  killed.child.kill('SIGKILL');
  await killed.exit;
  expect(await folders()).toContain(left);
  await startDaemon(await policies(), cliEnv(home, extra));
  await waitFor('the leftover to go', async () => !(await folders()).includes(left));
  const running = await folders();
  expect(running).toHaveLength(2);
  await startDaemon(await policies(), cliEnv(other, extra));
  expect(await folders()).toEqual(expect.arrayContaining(running));
  expect(await readdir(path.join(TMPDIR, 'defenseclaw-backup'))).toEqual(['kept']);
}, 60_000);

it('a first compile that runs out of time is tried again with more, and health says so', async () => {
  const folder = await tempDir();
  const [tried, go] = [path.join(folder, 'tried'), path.join(folder, 'go')];
  const name = JSON.stringify;
  // The first process answers the handshake and nothing more; those after it work once the test says so.
  const override = await compilerBehind(`
if (!fs.existsSync(${name(tried)})) {
  fs.writeFileSync(${name(tried)}, '');
  process.stdin.once('data', (hello) => { real.stdin.write(hello); process.stdin.resume(); });
  real.stdout.pipe(process.stdout);
} else {
  const wait = setInterval(() => { if (fs.existsSync(${name(go)})) { clearInterval(wait); pass(); } }, 20);
}`);
  const env = cliEnv(await tempDir(), { DEFENSECLAW_REGO_COMPILER: override, DEFENSECLAW_COMPILER_TIMEOUT: '5s' });
  const { url, output } = await startDaemon(await policies(), env);
  const health = async (): Promise<Record<string, unknown>> => (await callGateway(url, 'GET', '/health')).json();
  const { status, reason } = await health();
  expect([status, reason]).toEqual([
    'degraded',
    'no policy revision is loaded (compiler_timeout), compiling again with 2 times compiler.timeout',
  ]);
  expect(output().stderr).toContain('compiler.timeout is too short for this policy set; no revision serves');
  const asked = await callGateway(url, 'POST', '/v1/data/marker/value', '{}');
  expect(asked.status).toBe(503);
  expect(asked.text).toContain('compiler.timeout is too short');
  await writeFile(go, '');
  await waitFor('the first revision', async () => (await health())['status'] === 'ok', 60_000);
  expect((await callGateway(url, 'POST', '/v1/data/marker/value', '{}')).json()).toMatchObject({ result: 'one' });
}, 90_000);

it('a first reading that runs out of time is tried again with more of it', async () => {
  // Tests are read and not compiled: this takes long to read alone.
  const tests = Array.from({ length: 2000 }, (_, index): [string, string] => [
    `m${index}_test.rego`,
    `package m${index}_test\n\ntest_value if true\n`,
  ]);
  const dir = await tempDir({ 'm.rego': 'package m\n\nvalue := 599\n', ...Object.fromEntries(tests) });
  const env = cliEnv(await tempDir(), { DEFENSECLAW_POLICY_READ_TIMEOUT: '100ms', DEFENSECLAW_GATES_TESTS: 'off' });
  const { url, output } = await startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], env);
  const health = async (): Promise<unknown> => (await callGateway(url, 'GET', '/health')).json()['status'];
  await waitFor('the first revision', async () => (await health()) === 'ok', 60_000);
  expect(output().stderr).toContain('reading again with 2 times policy.read_timeout');
  expect((await callGateway(url, 'POST', '/v1/data/m/value', '{}')).json()).toMatchObject({ result: 599 });
}, 90_000);
