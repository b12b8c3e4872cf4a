import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ask, ROOT, rss, rssOfAll, startGatewayProcess, startOpaProcess } from './daemon.js';
import type { Server } from './daemon.js';
import { load, percentile } from './load.js';

/** Between two looks, in ms: the error of a sample. */
const POLL_MS = 5;
const SAVES = 50;
const RELOADS = 500;
const SECONDS = 8;
/** The compiler of the tests stays for half a minute after they ran at the start. */
const IDLE_MS = 40_000;
const FIREWALL = JSON.stringify({ target_type: 'skill', destination: 'github.com', port: 443, protocol: 'tcp' });

/** Rows of `name -> figures`. */
export type Rows = Record<string, Record<string, number | string>>;

/** Milliseconds from the end of a save until a decision shows it. */
async function saveToEnforced(server: Server, file: string): Promise<number[]> {
  const samples: number[] = [];
  for (let save = 0; save < SAVES; save++) {
    const temporary = path.join(path.dirname(file), '.saving');
    await writeFile(temporary, `package bench.marker\n\nvalue := ${save + 1000}\n`);
    await rename(temporary, file);
    const start = performance.now();
    while ((await ask(server, '/v1/data/bench/marker/value')).json['result'] !== save + 1000) {
      if (performance.now() - start > 10_000) throw new Error(`${server.name}: a save was not enforced within 10 s`);
      // A client without a pause would take the cores that the reload needs, and measure itself.
      await setTimeout(POLL_MS);
    }
    samples.push(performance.now() - start);
  }
  return samples;
}

/** Everything about reloading: latency of a save, stages, decisions beside reloads, memory. */
export async function benchReload(): Promise<Rows> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  const dir = path.join(home, 'policies');
  const marker = path.join(dir, 'rego/marker.rego');
  await cp(path.join(ROOT, 'policies'), dir, { recursive: true });
  await writeFile(marker, 'package bench.marker\n\nvalue := 0\n');
  const rows: Rows = {};
  const gateway = await startGatewayProcess(dir, home);
  try {
    await setTimeout(IDLE_MS);
    const { rss: whole, pss: once } = rssOfAll(gateway.pid);
    rows['memory of all processes, idle (MiB)'] = { rss: Math.round(whole), pss: Math.round(once) };
    rows['save -> enforced, gateway (ms)'] = spread(await saveToEnforced(gateway, marker));
    const opa = await startOpaProcess([path.join(dir, 'rego')], 18_181);
    if (opa !== undefined) {
      rows['save -> enforced, opa run --watch (ms)'] = spread(await saveToEnforced(opa, marker));
      await opa.stop();
    }
    rows['reload stages (ms, p50)'] = await stages(gateway, marker);
    await load(`${gateway.url}/policy/evaluate/firewall`, FIREWALL, 2);
    const idle = await load(`${gateway.url}/policy/evaluate/firewall`, FIREWALL, SECONDS);
    rows['decisions over HTTP, idle'] = { ...idle };
    const reloading = await besideReloads(gateway, marker);
    rows['decisions over HTTP, 2 reloads a second'] = { ...reloading, 'p99 ratio': (reloading.p99 / idle.p99).toFixed(2) };
    rows['memory (MiB)'] = await memory(gateway, marker);
  } finally {
    await gateway.stop();
    await rm(home, { recursive: true, force: true });
  }
  return rows;
}

function spread(samples: readonly number[]): Record<string, number> {
  return { p50: round(percentile(samples, 0.5)), p95: round(percentile(samples, 0.95)), max: round(Math.max(...samples)) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function reloadOnce(server: Server, marker: string, value: number): Promise<Record<string, unknown>> {
  await writeFile(marker, `package bench.marker\n\nvalue := ${value}\n`);
  return (await ask(server, '/policy/reload')).json;
}

async function stages(server: Server, marker: string): Promise<Record<string, number>> {
  const samples: Record<string, number[]> = {};
  for (let turn = 0; turn < 20; turn++) {
    const answer = await reloadOnce(server, marker, turn);
    const all = { ...(answer['stages'] as Record<string, number>), total: Number(answer['duration_ms']) };
    for (const [stage, ms] of Object.entries(all)) (samples[stage] ??= []).push(ms);
  }
  return Object.fromEntries(Object.entries(samples).map(([stage, values]) => [stage, round(percentile(values, 0.5))]));
}

async function besideReloads(server: Server, marker: string): Promise<Awaited<ReturnType<typeof load>>> {
  let turn = 5000;
  const timer = setInterval(() => void reloadOnce(server, marker, turn++), 500);
  const result = await load(`${server.url}/policy/evaluate/firewall`, FIREWALL, SECONDS);
  clearInterval(timer);
  return result;
}

async function memory(server: Server, marker: string): Promise<Record<string, number | string>> {
  await reloadOnce(server, marker, 10_000);
  const first = rss(server.pid);
  for (let turn = 1; turn < RELOADS; turn++) await reloadOnce(server, marker, 10_000 + turn);
  const last = rss(server.pid);
  return {
    'after 1 reload': Math.round(first),
    [`after ${RELOADS}`]: Math.round(last),
    growth: `${((last / first - 1) * 100).toFixed(1)} %`,
  };
}
