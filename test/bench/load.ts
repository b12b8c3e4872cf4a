import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HEADERS, ROOT } from './daemon.js';

/** What one load run measured. */
export interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

/** The tools that can send the load, the lightest first: what the client takes of the cores, the servers have not. */
export const CLIENT = spawnSync('wrk', ['-v']).error === undefined ? 'wrk' : 'autocannon';

/** Sends the same POST over `connections` for `seconds`, from a process of its own: the same client for every server. */
export function load(url: string, body: string, seconds: number, connections = 32): Promise<Load> {
  return CLIENT === 'wrk' ? loadByWrk(url, body, seconds, connections) : loadByAutocannon(url, body, seconds, connections);
}

interface WrkReport {
  readonly requests: number;
  readonly us: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

async function loadByWrk(url: string, body: string, seconds: number, connections: number): Promise<Load> {
  const folder = await mkdtemp(path.join(tmpdir(), 'defenseclaw-wrk-'));
  const script = path.join(folder, 'request.lua');
  const headers = Object.entries(HEADERS).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`);
  const report =
    'done = function(s, l) local e = s.errors; print(string.format(\'{"requests":%d,"us":%d,"p50":%d,"p99":%d,"errors":%d}\', ' +
    's.requests, s.duration, l:percentile(50), l:percentile(99), e.connect + e.read + e.write + e.timeout + e.status)) end';
  try {
    await writeFile(script, ["wrk.method = 'POST'", `wrk.body = ${lua(body)}`, ...headers, report].join('\n'));
    const text = await outputOf('wrk', ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', script, url]);
    const { requests, us, p50, p99, errors } = JSON.parse(text.slice(text.lastIndexOf('{'))) as WrkReport;
    return { perSecond: Math.round((requests * 1e6) / us), p50: p50 / 1000, p99: p99 / 1000, errors };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A Lua string literal: JSON's escapes of printable text mean the same there. */
function lua(text: string): string {
  return JSON.stringify(text);
}

interface AutocannonReport {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
}

async function loadByAutocannon(url: string, body: string, seconds: number, connections: number): Promise<Load> {
  const headers = Object.entries(HEADERS).flatMap(([name, value]) => ['-H', `${name}=${value}`]);
  const args = ['-j', '-n', '-d', String(seconds), '-c', String(connections), '-m', 'POST', ...headers, '-b', body, url];
  const text = await outputOf(process.execPath, [path.join(ROOT, 'node_modules/autocannon/autocannon.js'), ...args]);
  const { requests, latency, errors, non2xx } = JSON.parse(text) as AutocannonReport;
  return { perSecond: Math.round(requests.average), p50: latency.p50, p99: latency.p99, errors: errors + non2xx };
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return text;
}

/** The value below which the share `part` of the samples lies. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
