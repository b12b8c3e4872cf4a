import { spawn } from 'node:child_process';
import path from 'node:path';
import { HEADERS, ROOT } from './daemon.js';

/** What one load run measured. */
export interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

interface Report {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
}

/** Sends the same POST over `connections` for `seconds`, from a process of its own: the same client for every server. */
export async function load(url: string, body: string, seconds: number, connections = 32): Promise<Load> {
  const headers = Object.entries(HEADERS).flatMap(([name, value]) => ['-H', `${name}=${value}`]);
  const args = ['-j', '-n', '-d', String(seconds), '-c', String(connections), '-m', 'POST', ...headers, '-b', body, url];
  const child = spawn(process.execPath, [path.join(ROOT, 'node_modules/autocannon/autocannon.js'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const { requests, latency, errors, non2xx } = JSON.parse(text) as Report;
  return { perSecond: Math.round(requests.average), p50: latency.p50, p99: latency.p99, errors: errors + non2xx };
}

/** The value below which the share `part` of the samples lies. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
