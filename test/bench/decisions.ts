import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HEADERS, ROOT, startGatewayProcess } from './daemon.js';
import type { Server } from './daemon.js';
import { load } from './load.js';
import type { Rows } from './reload.js';
import { benchReplay } from './replay.js';

const ROUNDS = 5;
const SECONDS = 2;
/** Of the kernel, in which `/proc` counts. */
const TICKS_A_SECOND = 100;

const MODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'log off': { DEFENSECLAW_DECISIONS_ENABLED: 'false' },
  'log of 10 %': { DEFENSECLAW_DECISIONS_SAMPLE: '0.1' },
  'log on': {},
};

const REQUESTS: Readonly<Record<string, { readonly route: string; readonly body: unknown }>> = {
  firewall: { route: '/policy/evaluate/firewall', body: { target_type: 'skill', destination: 'github.com', port: 443, protocol: 'tcp' } },
  'one rule': { route: '/v1/data/defenseclaw/firewall/action', body: { input: { destination: 'github.com', port: 443 } } },
};

interface Sample {
  readonly perSecond: number;
  readonly p99: number;
  /** Processor time of one decision in us, of all processes of the gateway: what is said of it does not depend on who else is busy. */
  readonly cpu: number;
}

/** What the log costs, what it takes to run its decisions again, and to explain one. */
export async function benchDecisions(): Promise<Rows> {
  return { ...(await benchLog()), ...(await benchReplay()) };
}

/** Decisions a second with the log off, sampled and on: all three gateways run, and are asked in turn. */
async function benchLog(): Promise<Rows> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  const servers: [string, Server][] = [];
  const rows: Rows = {};
  try {
    for (const [mode, env] of Object.entries(MODES)) {
      const own = path.join(home, mode.replaceAll(/\W/gu, '-'));
      servers.push([
        mode,
        await startGatewayProcess(path.join(ROOT, 'policies'), own, {
          DEFENSECLAW_GATES_TESTS: 'off',
          DEFENSECLAW_GATES_SUITES: 'off',
          ...env,
        }),
      ]);
    }
    for (const [name, request] of Object.entries(REQUESTS)) {
      const samples = new Map<string, Sample[]>(servers.map(([mode]) => [mode, []]));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const [mode, server] of servers) {
          const sample = await sampleOf(server, request);
          // The first round warms up.
          if (round > 0) samples.get(mode)?.push(sample);
        }
      }
      for (const [mode, server] of servers) rows[`${name}, ${mode}`] = { ...row(samples, mode), ...(await lossOf(server)) };
    }
    return rows;
  } finally {
    await Promise.all(servers.map(([, server]) => server.stop()));
    await rm(home, { recursive: true, force: true });
  }
}

function row(samples: ReadonlyMap<string, readonly Sample[]>, mode: string): Record<string, number | string> {
  const of = (which: string, value: (sample: Sample) => number): number => median((samples.get(which) ?? []).map(value));
  const cpu = of(mode, (sample) => sample.cpu);
  return {
    'per second': Math.round(of(mode, (sample) => sample.perSecond)),
    'p99 ms': of(mode, (sample) => sample.p99),
    'cpu us': cpu.toFixed(1),
    'cpu, of off': (cpu / of('log off', (sample) => sample.cpu)).toFixed(2),
  };
}

async function sampleOf({ url, pid }: Server, { route, body }: { readonly route: string; readonly body: unknown }): Promise<Sample> {
  const before = await processorSeconds(pid);
  const { perSecond, p99 } = await load(`${url}${route}`, JSON.stringify(body), SECONDS);
  return { perSecond, p99, cpu: (((await processorSeconds(pid)) - before) * 1e6) / (perSecond * SECONDS) };
}

/** Processor time that a process and its children took so far. */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // After the name, which may hold blanks: state is field 3, user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const own = (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((id) => id.trim() !== '');
  const below = await Promise.all(children.map((child) => processorSeconds(Number(child))));
  return below.reduce((sum, seconds) => sum + seconds, own);
}

async function lossOf({ url }: Server): Promise<Record<string, number>> {
  const { decisions } = (await (await fetch(`${url}/status`, { headers: HEADERS })).json()) as {
    decisions: { written?: number; lost?: Readonly<Record<string, number>> };
  };
  return { written: decisions.written ?? 0, lost: Object.values(decisions.lost ?? {}).reduce((sum, count) => sum + count, 0) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
