import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../helpers/free-port.js';
import { ask, launchGatewayProcess, ROOT, startOpaProcess } from './daemon.js';
import type { Server } from './daemon.js';
import { percentile } from './load.js';
import { check, checkLibrary, checkPath, smallModule, smallModules } from './policy-sets.js';
import type { PolicySet } from './policy-sets.js';
import type { Rows } from './reload.js';

/** Between two looks, in ms: the error of a sample. */
const POLL_MS = 5;
const PORT = 18_183;
/** Nothing takes longer that is worth waiting for. */
const PATIENCE_MS = 120_000;
/** A server is left alone for so long before it is measured, in ms. */
const SETTLED_MS = 3000;
/** What the policy says first, and after the first save. */
const FIRST = 999;
const SAVED = 1000;

/** A policy folder, and an edit of it that a decision shows. */
interface Scene {
  readonly name: string;
  /** None: the shipped policies. */
  readonly files: PolicySet;
  readonly saves: number;
  readonly edited: string;
  readonly text: (value: number) => string;
  /** Slash path below /v1/data. */
  readonly entrypoint: string;
  readonly input: (value: number) => unknown;
  readonly shows: (result: unknown, value: number) => boolean;
}

const scenes: readonly Scene[] = [
  {
    name: 'shipped policies',
    files: {},
    saves: 40,
    edited: 'marker.rego',
    text: (value) => `package bench.marker\n\nvalue := ${value}\n`,
    entrypoint: 'bench/marker/value',
    input: () => ({}),
    shows: (result, value) => result === value,
  },
  {
    name: '1,000 small modules',
    files: smallModules(1000),
    saves: 12,
    edited: 'm333.rego',
    text: (value) => smallModule(333, value),
    entrypoint: 'bench/m333/limit',
    input: () => ({}),
    shows: (result, value) => result === value,
  },
  {
    name: '581 checks',
    files: checkLibrary(581),
    saves: 12,
    edited: checkPath(77),
    text: (value) => check(77, value),
    entrypoint: 'builtin/registry/check77/deny',
    // Only the newest limit finds this too short a time.
    input: (value) => ({
      registry: { resources: [{ name: 'a', properties: { encryption: { value: true }, retention_days: { value: value - 1 } } }] },
    }),
    shows: (result) => Array.isArray(result) && result.length === 1,
  },
];

/** Milliseconds from now until a decision shows the value. */
async function enforced(server: Pick<Server, 'name' | 'url'>, { entrypoint, input, shows }: Scene, value: number): Promise<number> {
  const start = performance.now();
  // A start may be seen before it is through.
  const decide = (): Promise<unknown> =>
    ask(server, `/v1/data/${entrypoint}`, { input: input(value) }).then(
      ({ json }) => json['result'],
      () => undefined,
    );
  while (!shows(await decide(), value)) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`${server.name}: nothing was enforced within ${PATIENCE_MS} ms`);
    await setTimeout(POLL_MS);
  }
  return performance.now() - start;
}

async function saves(server: Server, scene: Scene, root: string): Promise<number[]> {
  const samples: number[] = [];
  const file = path.join(root, scene.edited);
  for (let save = 0; save < scene.saves; save++) {
    const temporary = path.join(root, '.saving');
    await writeFile(temporary, scene.text(SAVED + save));
    await rename(temporary, file);
    samples.push(await enforced(server, scene, SAVED + save));
  }
  return samples;
}

/** Starts a server and waits until it decides by what the folder holds. */
async function started(
  start: () => Promise<Server | undefined>,
  scene: Scene,
  value: number,
): Promise<{ server: Server; ms: number } | undefined> {
  const begin = performance.now();
  const server = await start();
  if (server === undefined) return undefined;
  await enforced(server, scene, value);
  return { server, ms: performance.now() - begin };
}

const ms = (value: number): number => Math.round(value * 10) / 10;

/** Whole sets: cold start, start from what was kept, and from a save to the decision that shows it, beside `opa run --watch`. */
export async function benchSets(): Promise<Rows> {
  const rows: Rows = {};
  for (const scene of scenes) {
    rows[scene.name] = await measure(scene);
    console.log(scene.name, JSON.stringify(rows[scene.name]));
  }
  return rows;
}

async function measure(scene: Scene): Promise<Record<string, number | string>> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  const policies = path.join(home, 'policies');
  const root = path.join(policies, 'rego');
  try {
    await mkdir(root, { recursive: true });
    if (Object.keys(scene.files).length === 0) await cp(path.join(ROOT, 'policies'), policies, { recursive: true });
    for (const [file, text] of Object.entries({ ...scene.files, [scene.edited]: scene.text(FIRST) })) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
    // A gateway is known to its store by its port: on another one its second start is as cold as the first.
    const port = await freePort();
    const launch = (): Promise<Server> => Promise.resolve(launchGatewayProcess(policies, home, port));
    const cold = await started(launch, scene, FIRST);
    if (cold === undefined) throw new Error('the gateway did not start');
    // What a start leaves for later is not what a save costs.
    await setTimeout(SETTLED_MS);
    const ours = await saves(cold.server, scene, root);
    await setTimeout(SETTLED_MS);
    await cold.server.stop();
    const again = await started(launch, scene, SAVED + scene.saves - 1);
    await again?.server.stop();
    const row = {
      'start ms': Math.round(cold.ms),
      'start, kept ms': Math.round(again?.ms ?? NaN),
      'p50 ms': ms(percentile(ours, 0.5)),
      'p95 ms': ms(percentile(ours, 0.95)),
    };
    await writeFile(path.join(root, scene.edited), scene.text(FIRST));
    const opa = await started(() => startOpaProcess([root], PORT), scene, FIRST);
    if (opa === undefined) return row;
    const theirs = await saves(opa.server, scene, root);
    await opa.server.stop();
    const ratio = (part: number): string => (percentile(ours, part) / percentile(theirs, part)).toFixed(2);
    return {
      ...row,
      ...{ 'opa start ms': Math.round(opa.ms), 'opa p50 ms': ms(percentile(theirs, 0.5)), 'opa p95 ms': ms(percentile(theirs, 0.95)) },
      ...{ 'p50 ratio': ratio(0.5), 'p95 ratio': ratio(0.95), 'start ratio': (cold.ms / opa.ms).toFixed(2) },
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
