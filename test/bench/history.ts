import { cp, mkdir, mkdtemp, open as openFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load.js';
import { openGatewayHistory } from '../../src/gateway/open-gateway-history.js';
import { createPolicyEngine } from '../../src/gateway/policy-engine.js';
import type { PolicyEngine } from '../../src/gateway/policy-engine.js';
import type { Outcome } from '../../src/engine/engine.js';
import type { History } from '../../src/history/history.js';
import { silentLog } from '../../src/log.js';
import { freePort } from '../helpers/free-port.js';
import { ask, ROOT, startGatewayProcess } from './daemon.js';
import { percentile } from './load.js';
import { createClient, createPoller } from './poller.js';
import type { Rows } from './reload.js';

const TURNS = 30;
/** Edits by the one engine and the other, to tell what the store costs from what the machine does. */
const COST_TURNS = 80;
/** Between two ways back: what comes after a swap (tests, pruning) is over, and agents go on asking. */
const REST_MS = 250;
const ASKED_BEFORE = 5;
const STARTS = 5;
const LOOK_MS = 5;
const REVISIONS = 50;
const MIB = 1024 * 1024;
const MARKER_PATH = '/v1/data/bench/marker/value';

/** Everything about going back: how fast, how fast to start from what is kept, what keeping costs on the disk and at a reload. */
export async function benchHistory(): Promise<Rows> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  try {
    const rows: Rows = {};
    const dir = path.join(home, 'policies');
    await cp(path.join(ROOT, 'policies'), dir, { recursive: true });
    await rollbacks(dir, home, rows);
    rows['exec -> first decision, from the store (ms)'] = spread(await starts(dir, home));
    Object.assign(rows, await cost(path.join(home, 'cost'), dir));
    for (const modules of [6, 500]) {
      rows[`store, ${REVISIONS} revisions of ${modules} modules`] = await size(path.join(home, `size-${modules}`), modules);
    }
    return rows;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const markerFile = (dir: string): string => path.join(dir, 'rego', 'bench_marker.rego');
const marker = (value: number): string => `package bench.marker\n\nvalue := ${value}\n`;

/** Goes back again and again, to a revision that is one swap away and to one out of the store. */
async function rollbacks(dir: string, home: string, rows: Rows): Promise<void> {
  await writeFile(markerFile(dir), marker(0));
  const gateway = await startGatewayProcess(dir, home);
  const poller = createPoller(gateway.url, MARKER_PATH);
  const operator = createClient(gateway.url);
  try {
    const ids: string[] = [];
    for (let value = 0; value < 8; value++) {
      await writeFile(markerFile(dir), marker(value));
      ids.push(String((await ask(gateway, '/policy/reload')).json['revision']));
    }
    const back = async (value: number): Promise<Back> => {
      await pause(REST_MS);
      await poller.ask(ASKED_BEFORE);
      // The poller asks beside the request, as agents do: the swap comes before what is written down about it.
      let answered = NaN;
      const start = performance.now();
      const done = operator.post('/policy/rollback', { revision: ids[value] }).then(() => (answered = performance.now() - start));
      const decided = await poller.until(value);
      await done;
      return { decided: decided - start, answered };
    };
    await ask(gateway, '/policy/rollback', { revision: ids[7] });
    await poller.until(7);
    const warm: Back[] = [];
    for (let turn = 0; turn < TURNS; turn++) warm.push(await back(6 + (turn % 2)));
    const cold: Back[] = [];
    for (let turn = 0; turn < TURNS; turn++) cold.push(await back(turn % 6));
    rows['rollback -> first decision, warm (ms)'] = spread(warm.map(({ decided }) => decided));
    rows['rollback -> its answer, warm (ms)'] = spread(warm.map(({ answered }) => answered));
    rows['rollback -> first decision, out of the store (ms)'] = spread(cold.map(({ decided }) => decided));
    rows['rollback -> its answer, out of the store (ms)'] = spread(cold.map(({ answered }) => answered));
    rows['a decision beside them (ms)'] = spread(poller.times);
    await ask(gateway, '/policy/resume');
  } finally {
    poller.close();
    operator.close();
    await gateway.stop();
  }
}

interface Back {
  /** Ms from the request to the first answer that the revision gave. */
  readonly decided: number;
  /** Ms from the request to its own answer. */
  readonly answered: number;
}

/** From exec to the answer of the first decision, on a folder that is what the store has. One gateway starts again and again: it is known by its port. */
async function starts(dir: string, home: string): Promise<number[]> {
  const port = await freePort();
  await (await startGatewayProcess(dir, home, {}, port)).stop();
  const samples: number[] = [];
  for (let turn = 0; turn < STARTS; turn++) {
    const start = performance.now();
    const ready = startGatewayProcess(dir, home, {}, port);
    // It decides before it is ready: before all processes that are to help take connections.
    while (!(await decides(port))) await pause(LOOK_MS);
    samples.push(performance.now() - start);
    await (await ready).stop();
  }
  return samples;
}

async function decides(port: number): Promise<boolean> {
  try {
    const { json } = await ask({ url: `http://127.0.0.1:${port}` }, MARKER_PATH, { input: {} });
    return json['result'] !== undefined;
  } catch {
    return false;
  }
}

interface Parts extends PolicyEngine {
  readonly history: History | undefined;
}

function open(dir: string, dataDir: string, keeps: boolean): Parts {
  const config = loadConfig({ flags: { policy_dir: dir, data_dir: dataDir }, env: {}, userHome: dataDir });
  const history = keeps ? openGatewayHistory(config, '0.0.0', silentLog) : undefined;
  return { ...createPolicyEngine({ config, policyDir: config.paths.policyDir, log: silentLog, history }), history };
}

/**
 * The same edits by an engine that keeps and by one that does not, in turn. The difference of the two is as noisy as a compile; what the reload
 * waits for the history alone is clocked beside it: the storing as far as it outlasts the preparing that it runs beside, and the entry.
 */
async function cost(dataDir: string, dir: string): Promise<Rows> {
  await mkdir(dataDir, { recursive: true });
  const engines = { with: open(dir, dataDir, true), without: open(dir, dataDir, false) };
  const samples: Record<keyof typeof engines, number[]> = { with: [], without: [] };
  const waits = { store: [] as number[], entry: [] as number[], both: [] as number[], disk: [] as number[] };
  const lastEntry = clockEntries(engines.with.history);
  try {
    for (let turn = 0; turn < COST_TURNS + 2; turn++) {
      await writeFile(markerFile(dir), marker(100 + turn));
      for (const name of turn % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const)) {
        const start = performance.now();
        const outcome = await engines[name].engine.reload('api');
        reloaded(outcome);
        // The first ones start processes.
        if (turn < 2) continue;
        samples[name].push(performance.now() - start);
        if (name === 'without') continue;
        const { store = 0, prepare = 0 } = outcome.stages;
        const [stored, entry] = [Math.max(0, store - prepare), lastEntry()];
        waits.store.push(stored);
        waits.entry.push(entry);
        waits.both.push(stored + entry);
        waits.disk.push(await syncOnce(dataDir));
      }
    }
  } finally {
    for (const parts of Object.values(engines)) await close(parts);
  }
  // Turn by turn: what the machine does meanwhile is in both.
  const differences = samples.with.map((ms, turn) => ms - (samples.without[turn] ?? NaN));
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => round(percentile(differences, share)));
  return {
    'a reload with and without the history (ms)': {
      'p50 with': round(percentile(samples.with, 0.5)),
      'p50 without': round(percentile(samples.without, 0.5)),
      ...{ 'difference p25': low ?? NaN, 'difference p50': middle ?? NaN, 'difference p75': high ?? NaN },
    },
    'a reload waits for the history (ms)': quartiles(waits.both),
    '- for the storing, beyond the preparing (ms)': quartiles(waits.store),
    '- for the entry and the head (ms)': quartiles(waits.entry),
    'one small file synced by itself (ms)': quartiles(waits.disk),
  };
}

/** Clocks the entries of the history from now on; the ms of the last one. */
function clockEntries(history: History | undefined): () => number {
  if (history === undefined) throw new Error('Expected an engine that keeps');
  let last = NaN;
  const record = history.record.bind(history);
  history.record = async (...told) => {
    const start = performance.now();
    try {
      return await record(...told);
    } finally {
      last = performance.now() - start;
    }
  };
  return () => last;
}

/** What the disk takes for the least that can be made durable: a yardstick for the rest. */
async function syncOnce(folder: string): Promise<number> {
  const file = path.join(folder, 'yardstick');
  const start = performance.now();
  const handle = await openFile(file, 'w');
  await handle.write('one line\n');
  await handle.sync();
  await handle.close();
  return performance.now() - start;
}

function quartiles(samples: readonly number[]): Record<string, number> {
  const [p25, p50, p75] = [0.25, 0.5, 0.75].map((share) => round(percentile(samples, share)));
  return { min: round(Math.min(...samples)), p25: p25 ?? NaN, p50: p50 ?? NaN, p75: p75 ?? NaN };
}

/** The folder of the store after so many edits of one module. */
async function size(home: string, modules: number): Promise<Record<string, number>> {
  const dir = path.join(home, 'policies');
  await mkdir(path.join(dir, 'rego'), { recursive: true });
  if (modules === 6) await cp(path.join(ROOT, 'policies'), dir, { recursive: true });
  else
    for (let number = 0; number < modules; number++)
      await writeFile(
        path.join(dir, 'rego', `m${number}.rego`),
        `package m${number}\n\ndefault allow := false\n\nallow if input.x == ${number}\n`,
      );
  const dataDir = path.join(home, 'data');
  await mkdir(dataDir, { recursive: true });
  const parts = open(dir, dataDir, true);
  try {
    for (let turn = 0; turn < REVISIONS; turn++) {
      await writeFile(markerFile(dir), marker(turn));
      reloaded(await parts.engine.reload('api', { force: true }));
    }
  } finally {
    await close(parts);
  }
  const bytes = await bytesIn(path.join(dataDir, 'revisions'));
  return { MiB: round(bytes / MIB), 'KiB a revision': Math.round(bytes / REVISIONS / 1024) };
}

function reloaded({ status, error }: Outcome): void {
  if (status !== 'reloaded') throw new Error(`Expected a reload, got ${status}: ${error?.message ?? 'no error'}`);
}

async function close({ history, ...parts }: Parts): Promise<void> {
  await parts.close();
  await history?.close();
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sum += (await stat(path.join(entry.parentPath, entry.name))).size;
  return sum;
}

function spread(samples: readonly number[]): Record<string, number> {
  const [p50, p95] = [0.5, 0.95].map((share) => round(percentile(samples, share)));
  return { min: round(Math.min(...samples)), p50: p50 ?? NaN, p95: p95 ?? NaN, max: round(Math.max(...samples)) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
