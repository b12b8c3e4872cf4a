import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../src/config/load.js';
import { buildFolder } from '../../src/gateway/build-folder.js';
import { sideOf } from '../../src/gateway/measure-impact.js';
import { createPolicyEngine } from '../../src/gateway/policy-engine.js';
import { keepReplays } from '../../src/impact/replay-apart.js';
import { silentLog } from '../../src/log.js';
import { ask, HEADERS, ROOT, startGatewayProcess } from './daemon.js';
import type { Server } from './daemon.js';
import { load } from './load.js';
import type { Rows } from './reload.js';

const RECORDED = 1_000;
/** The first one has a thread to start and code to compile. */
const REPLAYS = 12;
const ROUNDS = 5;
const SECONDS = 2;
const HOSTS = ['github.com', 'api.openai.com', 'example.com', '169.254.169.254', 'gist.github.com'];
const FIREWALL = { target_type: 'skill', destination: 'github.com', port: 443, protocol: 'tcp' };

/** How long recorded decisions of the shipped policies take to be run again, what decisions meanwhile notice, and how long one takes to be explained. */
export async function benchReplay(): Promise<Rows> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  const policies = path.join(home, 'policies');
  await cp(path.join(ROOT, 'policies'), policies, { recursive: true });
  const server = await startGatewayProcess(policies, home, {
    DEFENSECLAW_GATES_TESTS: 'off',
    DEFENSECLAW_GATEWAY_WATCHER_ENABLED: 'false',
  });
  try {
    const id = await record(server);
    const data = path.join(policies, 'rego/data-sandbox.json');
    const shipped = await readFile(data, 'utf8');
    await writeFile(data, shipped.replace('"api.github.com"', '"*.github.com"'));
    const replays: number[] = [];
    for (let round = 0; round < REPLAYS; round++) replays.push(await replay(server));
    const idle: number[] = [];
    const replaying: number[] = [];
    const meanwhile: number[] = [];
    const apart = await replaysOf(home, policies, shipped);
    for (let round = 0; round < ROUNDS; round++) {
      idle.push((await load(`${server.url}/policy/evaluate/firewall`, JSON.stringify(FIREWALL), SECONDS)).p99);
      replaying.push(await p99Meanwhile(server, apart.replay));
      meanwhile.push(await p99Meanwhile(server, () => replay(server)));
    }
    await apart.close();
    const explained: number[] = [];
    for (let round = 0; round < ROUNDS; round++) explained.push(await explain(id, home));
    return {
      [`replay of ${RECORDED}`]: { 'median ms': median(replays), 'best ms': Math.min(...replays) },
      'p99 of decisions, idle': { 'median ms': median(idle), 'best ms': Math.min(...idle) },
      'p99 of decisions, replays without a break': { 'median ms': median(replaying), 'best ms': Math.min(...replaying) },
      'p99 of decisions, dry runs without a break': { 'median ms': median(meanwhile), 'best ms': Math.min(...meanwhile) },
      'decisions explain, a process': { 'median ms': median(explained), 'best ms': Math.min(...explained) },
    };
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** Decisions of three domains; gives the id of one. */
async function record({ url }: Server): Promise<string> {
  let id = '';
  for (let number = 0; number < RECORDED; number++) {
    const [route, body] = question(number);
    const response = await fetch(`${url}${route}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${route} was answered ${response.status}`);
    id = response.headers.get('x-decision-id') ?? id;
  }
  return id;
}

function question(number: number): readonly [string, unknown] {
  const severity = ['LOW', 'HIGH', 'CRITICAL'][number % 3];
  if (number % 4 === 3) {
    const scan = { max_severity: severity, total_findings: number % 5 };
    return [
      '/v1/data/defenseclaw/admission',
      { input: { target_type: 'skill', target_name: `s${number}`, path: '/x', scan_result: scan } },
    ];
  }
  return ['/policy/evaluate/firewall', { ...FIREWALL, destination: HOSTS[number % HOSTS.length], port: number % 2 === 0 ? 443 : 80 }];
}

/** Under the same load as without: one after the other. */
async function p99Meanwhile(server: Server, again: () => Promise<unknown>): Promise<number> {
  const ended = new AbortController();
  const loaded = load(`${server.url}/policy/evaluate/firewall`, JSON.stringify(FIREWALL), SECONDS).finally(() => ended.abort());
  const runs = (async () => {
    while (!ended.signal.aborted) await again();
  })();
  const [{ p99 }] = await Promise.all([loaded, runs]);
  return p99;
}

/** What the gate does with the newest decisions, and nothing of the reload that it is part of: no compiler, no other revision in the processes. */
async function replaysOf(
  home: string,
  policies: string,
  shipped: string,
): Promise<{ replay: () => Promise<void>; close: () => Promise<void> }> {
  const config = loadConfig({ env: { HOME: home, DEFENSECLAW_HOME: home } });
  const parts = createPolicyEngine({ config, policyDir: policies, log: silentLog });
  const after = await buildFolder(parts, await parts.reader.read(policies));
  const unchanged = path.join(home, 'unchanged');
  await cp(policies, unchanged, { recursive: true });
  await writeFile(path.join(unchanged, 'rego/data-sandbox.json'), shipped);
  const before = await buildFolder(parts, await parts.reader.read(unchanged));
  await parts.close();
  const thread = keepReplays();
  const asked = {
    before: sideOf(before),
    after: sideOf(after),
    from: { folder: path.join(home, 'decisions') },
    filter: {},
    limit: RECORDED,
    maxMemoryBytes: config.evaluation.max_memory_mb * 2 ** 20,
  };
  return {
    replay: async () => {
      const { replayed } = await thread.replay(asked);
      if (replayed !== RECORDED) throw new Error(`${replayed} decisions were replayed`);
    },
    close: () => thread.close(),
  };
}

/** Time in ms that the gateway says the replay of a dry run took, once all decisions are on the disk. */
async function replay(server: Server): Promise<number> {
  for (;;) {
    const { json } = await ask(server, '/policy/dry-run');
    const { gates } = json as { gates?: { impact?: { replay?: { recorded: number; duration_ms: number } } } };
    const told = gates?.impact?.replay;
    if (told === undefined) throw new Error(`a dry run told of no replay: ${JSON.stringify(json).slice(0, 400)}`);
    if (told.recorded === RECORDED) return told.duration_ms;
  }
}

/** Time in ms of the command, from exec to its end. */
async function explain(id: string, home: string): Promise<number> {
  const start = performance.now();
  const env = { PATH: process.env['PATH'], HOME: home, DEFENSECLAW_HOME: home };
  await promisify(execFile)(process.execPath, [path.join(ROOT, 'bin/run.cjs'), 'decisions', 'explain', id], { env });
  return Math.round(performance.now() - start);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
