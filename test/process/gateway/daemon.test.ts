import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callGateway, TEST_TOKEN } from '../../helpers/gateway.js';
import { cliEnv, runCli, startDaemon } from '../../helpers/daemon.js';
import { freePort } from '../../helpers/free-port.js';
import { ROOT, shippedPolicies } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const FIREWALL = '/policy/evaluate/firewall';
const ASK = { destination: 'github.com', port: 443 };

describe('the gateway as a process', () => {
  it('reloads when `policy reload` says so, and that command fails with the compiler’s line when the policies are broken', async () => {
    const dir = await shippedPolicies();
    const env = cliEnv(await tempDir());
    const { port } = await startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], env);

    const unchanged = await runCli(['policy', 'reload', '--port', String(port)], env);
    expect(unchanged.code).toBe(0);
    expect(JSON.parse(unchanged.stdout)).toMatchObject({ status: 'reloaded', policy_dir: dir, changed: false });

    const file = path.join(dir, 'rego', 'audit.rego');
    const good = await readFile(file, 'utf8');
    await writeFile(file, `${good}\nbroken := )\n`);
    const rejected = await runCli(['policy', 'reload', '--port', String(port)], env);
    expect(rejected.code).toBe(1);
    expect(rejected.stderr).toContain('audit.rego:');
    expect(rejected.stderr).toContain('broken := )');

    await writeFile(file, `${good}\n# mended\n`);
    const mended = await runCli(['policy', 'reload', '--port', String(port), '--json'], env);
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.stdout)).toMatchObject({ status: 'reloaded', changed: true });
  });

  it('answers the request under way after SIGTERM, then ends with 0', async () => {
    const dir = await tempDir({
      'slow.rego': 'package slow\n\nanswer := count([1 | some a in numbers.range(1, 700); some b in numbers.range(1, 700); a < b])\n',
    });
    const env = cliEnv(await tempDir(), { DEFENSECLAW_EVALUATION_TIMEOUT: '60s', DEFENSECLAW_HTTP_DRAIN_TIMEOUT: '60s' });
    const { child, url, exit } = await startDaemon(['--policy-dir', dir, '--port', '0'], env);
    const slow = callGateway(url, 'POST', '/v1/data/slow/answer');
    await waitFor('the slow decision to run', async () => {
      const status = (await callGateway(url, 'GET', '/status')).json() as { evaluator?: { running?: number } };
      return (status.evaluator?.running ?? 0) > 0;
    });
    child.kill('SIGTERM');
    expect((await slow).json()['result']).toBe((700 * 699) / 2);
    expect(await exit).toBe(0);
  });

  it('ends within its drain time although a reload hangs in the compiler', async () => {
    const dir = await tempDir();
    const home = await tempDir({ compiler: compilerThatHangs() });
    const compiler = path.join(home, 'compiler');
    await chmod(compiler, 0o755);
    const env = cliEnv(home, {
      ...{ DEFENSECLAW_REGO_COMPILER: compiler, DEFENSECLAW_COMPILER_TIMEOUT: '10m', DEFENSECLAW_HTTP_DRAIN_TIMEOUT: '100ms' },
    });
    const { child, exit } = await startDaemon(['--policy-dir', dir, '--port', '0'], env);
    await writeFile(path.join(dir, 'a.rego'), 'package a\n\nx := 1\n');
    await waitFor('the watcher to ask for a build', () => existsSync(`${compiler}.asked`));
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('goes on when nobody reads its messages', async () => {
    const port = await freePort();
    const args = [path.join(ROOT, 'bin/run.cjs'), 'start', '--policy-dir', await shippedPolicies(), '--port', String(port)];
    const child = spawn(process.execPath, args, { env: cliEnv(await tempDir()), cwd: ROOT });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    child.stderr.destroy();
    // It answers a moment before it listens for signals.
    let answers = 0;
    await waitFor('the gateway to answer or to end', async () => {
      const answer = await callGateway(`http://127.0.0.1:${port}`, 'GET', '/health').catch(() => undefined);
      if (answer !== undefined) answers += 1;
      return child.exitCode !== null || answers >= 20;
    });
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('starts again on the same data folder after kill -9', async () => {
    const dir = await shippedPolicies();
    const env = cliEnv(await tempDir());
    const first = await startDaemon(['--policy-dir', dir, '--port', '0'], env);
    const before = await callGateway(first.url, 'POST', FIREWALL, ASK);
    first.child.kill('SIGKILL');
    expect(await first.exit).toBe('SIGKILL');
    const second = await startDaemon(['--policy-dir', dir, '--port', String(first.port)], env);
    const after = await callGateway(second.url, 'POST', FIREWALL, ASK);
    expect(after.text).toBe(before.text);
    const trail = await runCli(['audit', 'list', '--json'], env);
    expect((JSON.parse(trail.stdout) as { action: string }[]).filter(({ action }) => action === 'policy-reload')).toHaveLength(2);
  });

  it('says which address is in use and what to do', async () => {
    const dir = await shippedPolicies();
    const { port } = await startDaemon(['--policy-dir', dir, '--port', '0'], cliEnv(await tempDir()));
    const second = await runCli(['start', '--policy-dir', dir, '--port', String(port)], cliEnv(await tempDir()));
    expect(second.code).toBe(3);
    expect(second.stderr).toContain(`127.0.0.1:${port}`);
    expect(second.stderr).toContain('--port');
  });

  it('fails with a coded error when the Rego compiler is missing', async () => {
    const env = cliEnv(await tempDir(), { DEFENSECLAW_REGO_COMPILER: '/nonexistent/rego-compiler' });
    const start = await runCli(['start', '--policy-dir', await shippedPolicies(), '--port', '0'], env);
    expect(start.code).toBe(5);
    expect(start.stderr).toContain('compiler_missing');
  });

  it('says that nothing is running when `policy reload` finds nobody', async () => {
    const { port, child, exit } = await startDaemon(['--policy-dir', await shippedPolicies(), '--port', '0'], cliEnv(await tempDir()));
    child.kill('SIGTERM');
    await exit;
    const reload = await runCli(['policy', 'reload', '--port', String(port)], cliEnv(await tempDir()));
    expect(reload.code).toBe(3);
    expect(reload.stderr).toContain(`cannot reach sidecar at http://127.0.0.1:${port}/policy/reload - is it running?`);
  });

  it('writes no token to its log or its output', async () => {
    const env = cliEnv(await tempDir());
    const { url, output, child, exit } = await startDaemon(
      ['--policy-dir', await shippedPolicies(), '--port', '0', '--log-level', 'debug'],
      env,
    );
    await callGateway(url, 'POST', FIREWALL, ASK);
    await callGateway(url, 'POST', FIREWALL, ASK, { Authorization: 'Bearer wrong-token-value' });
    child.kill('SIGTERM');
    await exit;
    const everything = output().stdout + output().stderr;
    expect(everything).not.toContain(TEST_TOKEN);
    expect(everything).not.toContain('wrong-token-value');
  });
});

/** A Rego compiler that shakes hands, and then thinks about the first build for ever. */
function compilerThatHangs(): string {
  const rpc = JSON.stringify(path.join(ROOT, 'node_modules/vscode-jsonrpc/node.js'));
  return `#!${process.execPath}
const rpc = require(${rpc});
const connection = rpc.createMessageConnection(new rpc.StreamMessageReader(process.stdin), new rpc.StreamMessageWriter(process.stdout));
connection.onRequest('initialize', ({ protocolVersion }) => ({ protocolVersion, opaVersion: '0.0.0' }));
connection.onRequest('build', () => {
  require('node:fs').writeFileSync(__filename + '.asked', '');
  return new Promise(() => {});
});
connection.listen();
`;
}
