import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const TOKEN = 'bench-token-0123456789';
export const HEADERS = { Authorization: `Bearer ${TOKEN}`, 'X-DefenseClaw-Client': 'bench', 'Content-Type': 'application/json' };

/** A server under test. */
export interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Settles with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  stop(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

/** The built gateway as a process of its own on a free loopback port; resolves when all its processes take connections. */
export async function startGatewayProcess(policyDir: string, home: string, settings: Settings = {}, port = 0): Promise<Server> {
  const child = spawnGateway(policyDir, home, settings, port);
  return gatewayServer(child, await said(child, /listening on\s+(http:\/\/[^\s",]+)/u));
}

/** The same without any wait: whoever measures a start asks until it answers. */
export function launchGatewayProcess(policyDir: string, home: string, port: number): Server {
  const child = spawnGateway(policyDir, home, {}, port);
  child.stderr?.resume();
  return gatewayServer(child, `http://127.0.0.1:${port}`);
}

function gatewayServer(child: ChildProcess, url: string): Server {
  return { name: 'gateway', url, pid: child.pid ?? 0, ended: endOf(child), stop: () => stop(child) };
}

function spawnGateway(policyDir: string, home: string, settings: Settings, port: number): ChildProcess {
  const env = { DEFENSECLAW_GATEWAY_SHUTDOWN_WAIT: '0s', ...settings };
  return spawn(
    process.execPath,
    [path.join(ROOT, 'bin/run.cjs'), 'start', '--policy-dir', policyDir, '--port', String(port), '--log-level', 'error'],
    {
      env: { PATH: process.env['PATH'], HOME: home, DEFENSECLAW_HOME: home, DEFENSECLAW_GATEWAY_TOKEN: TOKEN, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
}

/** `opa run --server --watch` of the OPA version that the compiler service is pinned to; undefined when it cannot be built. */
export async function startOpaProcess(paths: readonly string[], port: number): Promise<Server | undefined> {
  const binary = opaBinary();
  if (binary === undefined) return undefined;
  const child = spawn(binary, ['run', '--server', '--watch', '--log-level', 'error', '--addr', `127.0.0.1:${port}`, ...paths], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  for (let round = 0; round < 4000; round++) {
    const up = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return { name: 'opa', url, pid: child.pid ?? 0, ended: endOf(child), stop: () => stop(child) };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await stop(child);
  return undefined;
}

/** OPA of the version that the compiler service is pinned to, as a command; undefined when it cannot be built. */
export function opaBinary(): string | undefined {
  const file = path.join(ROOT, 'dist/bench/opa');
  if (existsSync(file)) return file;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    execFileSync('go', ['build', '-o', file, 'github.com/open-policy-agent/opa'], {
      cwd: path.join(ROOT, 'src/compiler/service'),
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    return file;
  } catch (error) {
    console.error(`opa cannot be built, so nothing is compared: ${String(error)}`);
    return undefined;
  }
}

async function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}: ${text}`)));
  });
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')));
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Resident memory in MiB. */
export function rss(pid: number): number {
  return figure(`/proc/${pid}/status`, 'VmRSS');
}

/** The most that it ever was, in MiB. */
export function peakRss(pid: number): number {
  return figure(`/proc/${pid}/status`, 'VmHWM');
}

/** Resident memory of a process and all that it started, in MiB: each counted whole, and with what they share counted once. */
export function rssOfAll(pid: number): { rss: number; pss: number } {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  const rollup = `/proc/${pid}/smaps_rollup`;
  const sum = { rss: figure(rollup, 'Rss'), pss: figure(rollup, 'Pss') };
  for (const child of children.map(rssOfAll)) {
    sum.rss += child.rss;
    sum.pss += child.pss;
  }
  return sum;
}

function figure(file: string, name: string): number {
  const [, kib = '0'] = new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(readFileSync(file, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

/** A POST, and what it was answered. */
export async function ask(
  server: Pick<Server, 'url'>,
  route: string,
  body: unknown = {},
): Promise<{ text: string; json: Record<string, unknown> }> {
  const response = await fetch(`${server.url}${route}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });
  const text = await response.text();
  return { text, json: JSON.parse(text) as Record<string, unknown> };
}
