import { generateKeyPairSync } from 'node:crypto';
import { stat, writeFile, readFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import path from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { dnsNames, makeCertificate, pem } from '../../helpers/certificates.js';
import { cliEnv, runCli, startDaemon } from '../../helpers/daemon.js';
import type { Daemon } from '../../helpers/daemon.js';
import { TEST_TOKEN } from '../../helpers/gateway.js';
import { markerModule } from '../../helpers/policies.js';
import { childrenOf, environmentOf } from '../../helpers/processes.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

type Where = { readonly socketPath: string } | { readonly port: number; readonly ca?: string };

const HEADERS = { Authorization: `Bearer ${TEST_TOKEN}`, 'Content-Type': 'application/json', 'X-DefenseClaw-Peer': '203.0.113.9' };

/** The word of POST /v1/data/marker/value, asked over a connection of its own. */
function marker(where: Where): Promise<unknown> {
  const request = 'ca' in where ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = { ...where, agent: false, method: 'POST', path: '/v1/data/marker/value', headers: HEADERS, servername: 'gateway.test' };
    const sent = request(options, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve((JSON.parse(text) as { readonly result?: unknown }).result));
    });
    sent.on('error', reject);
    sent.end('{"input":{}}');
  });
}

async function policies(): Promise<string> {
  return tempDir({ 'policy.rego': markerModule('one') });
}

function certificate(serialNumber: number): { readonly cert: string; readonly key: string } {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = makeCertificate({ subject: 'gateway.test', key, serialNumber, extensions: [dnsNames('gateway.test')] });
  return { cert: pem('CERTIFICATE', cert), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** Serial number of the certificate that a new connection is shown. */
function shownSerial(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

async function stop({ child, exit }: Daemon): Promise<unknown> {
  child.kill('SIGTERM');
  return exit;
}

describe.each([0, 2])('a local socket, with %i serving processes', (processes) => {
  it('answers its user alone, and is taken over when its owner is gone, and not before', async () => {
    const [dir, home] = [await policies(), await tempDir()];
    const socketPath = path.join(home, 'gateway.sock');
    const env = cliEnv(home, { DEFENSECLAW_HTTP_PROCESSES: String(processes), DEFENSECLAW_GATEWAY_API_BIND: `unix:${socketPath}` });
    const first = await startDaemon(['--policy-dir', dir], env);
    expect(first.url).toBe(`unix:${socketPath}`);
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    expect(await Promise.all(Array.from({ length: 4 }, () => marker({ socketPath })))).toEqual(['one', 'one', 'one', 'one']);
    const status = await runCli(['status', '--json'], env);
    expect([status.code, status.stderr]).toEqual([0, '']);
    const second = await runCli(['start', '--policy-dir', dir, '--data-dir', await tempDir()], env);
    expect([second.code, second.stderr]).toEqual([3, expect.stringContaining(`another process listens on ${socketPath}`)]);
    first.child.kill('SIGKILL');
    await first.exit;
    const third = await startDaemon(['--policy-dir', dir], env);
    expect(await marker({ socketPath })).toBe('one');
    expect(await stop(third)).toBe(0);
    await expect(stat(socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
  }, 120_000);
});

it('what is no socket is left alone, and named', async () => {
  const home = await tempDir({ notes: 'by somebody' });
  const file = path.join(home, 'notes');
  const { code, stderr } = await runCli(['start', '--policy-dir', await policies(), '--bind', `unix:${file}`], cliEnv(home));
  expect([code, stderr]).toEqual([9, expect.stringContaining(`cannot listen on ${file}`)]);
  expect(await readFile(file, 'utf8')).toBe('by somebody');
});

describe.each([0, 2])('TLS, with %i serving processes', (processes) => {
  it('is all that is spoken, and takes up a new certificate, but no broken one', async () => {
    const [first, next] = [certificate(1), certificate(2)];
    const home = await tempDir({ 'cert.pem': first.cert, 'key.pem': first.key });
    const files = { cert: path.join(home, 'cert.pem'), key: path.join(home, 'key.pem') };
    const env = cliEnv(home, {
      DEFENSECLAW_HTTP_PROCESSES: String(processes),
      DEFENSECLAW_GATEWAY_TLS_CERT: files.cert,
      DEFENSECLAW_GATEWAY_TLS_KEY: files.key,
      DEFENSECLAW_GATEWAY_API_PORT: '0',
    });
    const daemon = await startDaemon(['--policy-dir', await policies()], env);
    const { port } = daemon;
    expect(daemon.url).toBe(`https://127.0.0.1:${port}`);
    const asked = Array.from({ length: 4 }, () => marker({ port, ca: first.cert }));
    expect(await Promise.all(asked)).toEqual(['one', 'one', 'one', 'one']);
    await expect(marker({ port })).rejects.toThrow();
    const status = await runCli(['status', '--json', '--port', String(port)], env);
    expect([status.code, status.stderr]).toEqual([0, '']);

    await writeFile(files.key, next.key);
    await waitFor('the refusal of the pair', () => daemon.output().stderr.includes('the certificate cannot be renewed'));
    expect(await marker({ port, ca: first.cert })).toBe('one');
    await writeFile(files.cert, next.cert);
    await waitFor('the new certificate', () => daemon.output().stderr.includes('the certificate was renewed'));
    const isNew = async (): Promise<boolean> =>
      (await Promise.all(Array.from({ length: 4 }, () => shownSerial(port)))).every((s) => s === '02');
    await waitFor('it at every process', isNew);
    expect(await marker({ port, ca: next.cert })).toBe('one');
    const trusted = await runCli(['status', '--json', '--port', String(port)], env);
    expect([trusted.code, trusted.stderr]).toEqual([0, '']);
    const other = await runCli(['status', '--port', String(port)], { ...env, DEFENSECLAW_GATEWAY_TLS_CA: path.join(home, 'other.pem') });
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('other.pem')]);
    expect(await stop(daemon)).toBe(0);
  }, 120_000);
});

it('a key of another certificate ends the start', async () => {
  const home = await tempDir({ 'cert.pem': certificate(1).cert, 'key.pem': certificate(2).key });
  const env = cliEnv(home, {
    DEFENSECLAW_GATEWAY_TLS_CERT: path.join(home, 'cert.pem'),
    DEFENSECLAW_GATEWAY_TLS_KEY: path.join(home, 'key.pem'),
  });
  const { code, stderr } = await runCli(['start', '--policy-dir', await policies(), '--port', '0'], env);
  expect([code, stderr]).toEqual([2, expect.stringContaining('do not make a pair')]);
});

it('an address beyond loopback is called what it is in plain HTTP', async () => {
  const daemon = await startDaemon(['--policy-dir', await policies(), '--bind', '0.0.0.0', '--port', '0'], cliEnv(await tempDir()));
  expect(daemon.output().stderr).toContain('listening beyond loopback in plain HTTP');
});

it('children see of the environment what they need', async () => {
  const env = cliEnv(await tempDir(), { DEFENSECLAW_HTTP_PROCESSES: '2', OPENAI_API_KEY: 'sk-not-for-children', TZ: 'Europe/Berlin' });
  const daemon = await startDaemon(['--policy-dir', await policies(), '--port', '0'], env);
  expect(daemon.output().stderr).not.toContain('plain HTTP');
  const children = childrenOf(daemon.child.pid ?? 0);
  expect(children.length).toBeGreaterThan(2);
  const allowed = new Set(['TZ', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE']);
  for (const { pid, command } of children) {
    expect(
      environmentOf(pid).filter((name) => !allowed.has(name)),
      command,
    ).toEqual([]);
  }
});
