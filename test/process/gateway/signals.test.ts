import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../helpers/connections.js';
import { cliEnv, startDaemon } from '../../helpers/daemon.js';
import type { Daemon } from '../../helpers/daemon.js';
import { callGateway } from '../../helpers/gateway.js';
import { askAlone } from '../../helpers/one-request.js';
import { markerModule, ROOT } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const MARKER = '/v1/data/marker/value';
const CLIENTS = 8;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function marker({ url }: Daemon): Promise<unknown> {
  return (await callGateway(url, 'POST', MARKER, '{"input":{}}')).json()['result'];
}

describe('SIGHUP', () => {
  it('reloads the policies and ends nothing, whatever they are', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const daemon = await startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], cliEnv(await tempDir()));
    await writeFile(path.join(dir, 'policy.rego'), markerModule('two'));
    daemon.child.kill('SIGHUP');
    await waitFor('the new policy', async () => (await marker(daemon)) === 'two');
    await writeFile(path.join(dir, 'policy.rego'), 'package marker\n\nbroken := )\n');
    daemon.child.kill('SIGHUP');
    await waitFor('the rejection', () => daemon.output().stderr.includes('policy rejected'));
    expect(await marker(daemon)).toBe('two');
    daemon.child.kill('SIGTERM');
    daemon.child.kill('SIGHUP');
    expect(await daemon.exit).toBe(0);
  });

  it('says that it ran when the folder held nothing new', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const daemon = await startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], cliEnv(await tempDir()));
    daemon.child.kill('SIGHUP');
    await waitFor('word of it', () => daemon.output().stderr.includes('policy unchanged: the folder holds'));
  });

  it('ends what was started on a terminal that is closed', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const command = `'${process.execPath}' bin/run.cjs start --policy-dir '${dir}' --port 0`;
    const terminal = spawn('script', ['-qfc', `echo "as $$"; exec ${command}`, '/dev/null'], { cwd: ROOT, env: cliEnv(await tempDir()) });
    onTestFinished(() => void terminal.kill('SIGKILL'));
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    await waitFor('the gateway to listen', () => shown.includes('listening on'), 60_000);
    const pid = Number(/as (\d+)/u.exec(shown)?.[1]);
    terminal.kill('SIGKILL');
    await waitFor('its end', () => !isRunning(pid), 20_000);
  });
});

/** Asks over one connection until an answer says that it is the last one there; the number of answers. */
async function askUntilTold(url: string): Promise<number> {
  const { ask } = connect(url);
  for (let answers = 1; ; answers++) {
    const { status, headers } = await ask('POST', MARKER, '{"input":{}}');
    expect(status).toBe(200);
    if (headers.connection === 'close') return answers;
  }
}

/** Asks over a new connection each time until nobody listens any more; the number of answers. Rejects when a request is lost. */
async function askUntilRefused(url: string): Promise<number> {
  for (let answers = 0; ; answers++) {
    try {
      await askAlone(url, 'POST', MARKER);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return answers;
      throw error;
    }
  }
}

describe('SIGTERM', () => {
  it.each([0, 2])('with %i serving processes: whoever gets a connection gets an answer, until nobody does', async (processes) => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const daemon = await startDaemon(
      ['--policy-dir', dir, '--port', '0'],
      cliEnv(await tempDir(), { DEFENSECLAW_HTTP_PROCESSES: String(processes) }),
    );
    const clients = Array.from({ length: 2 * CLIENTS }, () => askUntilRefused(daemon.url));
    // All of them have connections and ask for more.
    for (let asked = 0; asked < CLIENTS; asked++) await askAlone(daemon.url, 'POST', MARKER);
    daemon.child.kill('SIGTERM');
    for (const answers of await Promise.all(clients)) expect(answers).toBeGreaterThan(0);
    expect(await daemon.exit).toBe(0);
  });

  it.each([0, 2])('with %i serving processes: not ready at once, then no client loses a request, then an end with 0', async (processes) => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const env = cliEnv(await tempDir(), { DEFENSECLAW_HTTP_PROCESSES: String(processes), DEFENSECLAW_GATEWAY_SHUTDOWN_WAIT: '3s' });
    const daemon = await startDaemon(['--policy-dir', dir, '--port', '0'], env);
    expect((await askAlone(daemon.url, 'GET', '/health?ready')).status).toBe(200);
    const clients = Array.from({ length: CLIENTS }, () => askUntilTold(daemon.url));
    daemon.child.kill('SIGTERM');
    await waitFor('it to be not ready', async () => (await askAlone(daemon.url, 'GET', '/health?ready')).status === 503);
    // Still there for those who come all the same.
    expect((await askAlone(daemon.url, 'POST', MARKER)).status).toBe(200);
    expect((await askAlone(daemon.url, 'GET', '/health')).status).toBe(200);
    for (const answers of await Promise.all(clients)) expect(answers).toBeGreaterThan(0);
    expect(await daemon.exit).toBe(0);
    const steps = ['not ready any more', 'not listening any more', 'stopped'].map((step) => daemon.output().stderr.indexOf(step));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(Math.min(...steps)).toBeGreaterThan(-1);
  });
});

/** Starts what {@link code} says until a signal ends it; sends that once it says that it runs. */
async function endedBySignal(code: string): Promise<number | null> {
  const script = `import { runUntilSignal } from ${JSON.stringify(path.join(ROOT, 'src/cli/run-until-signal.ts'))};\n${code}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  return (await ended)[0];
}

describe('what is stopped', () => {
  it('ends, though something of it is still open', async () => {
    const running = '{ reload: async () => {}, shutDown: async () => {} }';
    const start = `async () => { setInterval(() => {}, 1000); setImmediate(() => console.log('runs')); return ${running}; }`;
    expect(await endedBySignal(`await runUntilSignal(${start});`)).toBe(0);
  });
});
