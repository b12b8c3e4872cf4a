import { appendFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import type { PolicyReloader } from '../../../src/engine/policy-api.js';
import { GatewayError } from '../../../src/errors.js';
import { silentLog } from '../../../src/log.js';
import type { Log } from '../../../src/log.js';
import { createSourceReader, DEFAULT_SOURCE_LIMITS } from '../../../src/policy/source-reader.js';
import { createWatcher } from '../../../src/watcher/create-watcher.js';
import type { WatcherTiming } from '../../../src/watcher/create-watcher.js';
import type { DoorbellMaker, DoorbellOptions } from '../../../src/watcher/doorbell.js';
import { createNoopWatcher } from '../../../src/watcher/noop-watcher.js';
import { createRecordingEngine } from '../../helpers/recording-engine.js';
import type { RecordingEngine } from '../../helpers/recording-engine.js';
import { tempDir, writeTree } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

interface Options {
  readonly timing?: Partial<WatcherTiming>;
  readonly hang?: DoorbellMaker;
  readonly beforeStart?: (engine: RecordingEngine) => Promise<void>;
}

const quiet: Partial<WatcherTiming> = { sweepMs: 600_000, degradedSweepMs: 600_000 };

async function watched(policyDir: string, { timing = quiet, hang, beforeStart }: Options = {}) {
  const reader = createSourceReader({ limits: DEFAULT_SOURCE_LIMITS });
  const engine = createRecordingEngine(policyDir, reader);
  await engine.reload('boot');
  await beforeStart?.(engine);
  const seen = { attached: undefined as Engine | undefined, reloader: undefined as PolicyReloader | undefined };
  const warnings: string[] = [];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields, text) => warnings.push(text),
    error: (_fields, text) => warnings.push(text),
  };
  const watcher = createWatcher({
    policyDir,
    engine,
    reader,
    log,
    timing,
    ...(hang === undefined ? {} : { hang }),
    api: { attachEngine: (given) => (seen.attached = given), registerPolicyReloader: (given) => (seen.reloader = given) },
  });
  onTestFinished(() => watcher.close());
  await watcher.start();
  return { engine, watcher, seen, warnings, served: () => textOf(engine) };
}

function textOf(engine: Engine): string | undefined {
  const [module] = engine.current?.source.modules ?? [];
  return module === undefined ? undefined : Buffer.from(module.bytes).toString();
}

/** A doorbell that nobody rings, or that a test rings or breaks by hand. */
function silentBell() {
  const hung: DoorbellOptions[] = [];
  const hang: DoorbellMaker = (options) => {
    hung.push(options);
    return { ready: Promise.resolve(), alsoAt: () => undefined, close: () => Promise.resolve() };
  };
  return { hung, hang };
}

describe('the watcher', () => {
  it('attaches the engine and registers the one way to reload it', async () => {
    const { engine, seen } = await watched(await tempDir({ 'a.rego': 'package a\n' }));
    expect(seen.attached).toBe(engine);
    await seen.reloader?.('api');
    expect(engine.reloads).toEqual(['boot', 'api']);
  });

  it('asks for nothing when nothing moved since boot', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { engine, watcher } = await watched(dir);
    // Three quiet periods: the look at the start has long ended.
    await setTimeout(240);
    expect(engine.reloads).toEqual(['boot']);
    expect(watcher.state).toMatchObject({ mode: 'watching', missed: 0 });
  });

  it('finds what was saved between boot and start', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { served } = await watched(dir, { beforeStart: () => writeFile(path.join(dir, 'a.rego'), 'package b\n') });
    await waitFor('the later save', () => served() === 'package b\n');
  });

  it('finds a folder that appears after boot failed for want of it', async () => {
    const dir = await tempDir();
    const { engine, served } = await watched(path.join(dir, 'later/policies'));
    expect(engine.current).toBeUndefined();
    await writeTree(dir, { 'later/policies/rego/a.rego': 'package a\n' });
    await waitFor('the new folder', () => served() === 'package a\n');
  });

  const beside = ['suites/a.jsonl', 'judge/pii.yaml', 'guardrail/default/rules/a.yaml'];

  // A ring, since the look at the start finds what is saved right behind it, whether somebody heard of it or not.
  it.each(beside)('hears of %s beside rego/ when it appears', async (name) => {
    const dir = await tempDir({ 'rego/a.rego': 'package a\n' });
    const { watcher } = await watched(dir);
    await writeTree(dir, { [name]: '{}\n' });
    await waitFor('a ring', () => watcher.state.events > 0);
  });

  it.each(beside)('hears of %s beside rego/ when it changes', async (name) => {
    const dir = await tempDir({ 'rego/a.rego': 'package a\n', [name]: '{}\n' });
    const { watcher } = await watched(dir);
    // chokidar may be deaf for a moment longer than it says.
    await waitFor('a ring', async () => {
      await appendFile(path.join(dir, name), '\n');
      return watcher.state.events > 0;
    });
  });

  it('runs another round for what changed while a reload ran', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { engine, served } = await watched(dir);
    let saves = 0;
    engine.beforeRead = async () => {
      engine.beforeRead = () => Promise.resolve();
      saves++;
      await setTimeout(100);
      // After this reading: changed while the engine "compiles".
      queueMicrotask(() => void setTimeout(120).then(() => writeFile(path.join(dir, 'a.rego'), 'package c\n')));
    };
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    await waitFor('the last save', () => served() === 'package c\n');
    expect(saves).toBe(1);
  });

  it('tries again by itself when a reload failed for a passing reason', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { engine, served } = await watched(dir);
    let failures = 3;
    engine.beforeRead = () => (failures-- > 0 ? Promise.reject(new GatewayError('compiler_crashed', 'gone')) : Promise.resolve());
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    await waitFor('the reload that worked', () => served() === 'package b\n');
    expect(engine.outcomes.map(({ status }) => status)).toEqual(['reloaded', 'rejected', 'rejected', 'rejected', 'reloaded']);
  });

  it('serves a folder under a steady writer in bounded time', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { engine } = await watched(dir, { timing: { ...quiet, maxWaitMs: 200 } });
    const stop = new AbortController();
    const writer = (async () => {
      // Every 20 ms, a quarter of the quiet period: the folder never falls silent.
      for (let turn = 0; !stop.signal.aborted; turn++) {
        await appendFile(path.join(dir, 'a.rego'), `# ${turn}\n`);
        await setTimeout(20);
      }
    })();
    await waitFor('two reloads while the writer goes on', () => engine.outcomes.filter(({ status }) => status === 'reloaded').length > 2);
    stop.abort();
    await writer;
  });

  it('keeps serving when the folder is gone, says so, and takes it up again', async () => {
    const dir = await tempDir({ 'p/a.rego': 'package a\n' });
    const { engine, served } = await watched(path.join(dir, 'p'));
    await rename(path.join(dir, 'p'), path.join(dir, 'away'));
    await waitFor('the rejected reload', () => engine.lastOutcome?.error?.code === 'policy_dir_missing');
    expect(served()).toBe('package a\n');
    await rename(path.join(dir, 'away'), path.join(dir, 'p'));
    await waitFor('the reload that clears it', () => engine.lastOutcome?.status === 'unchanged');
  });
});

describe('the sweep', () => {
  it('finds what no event announced, and counts it', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { watcher, served, warnings } = await watched(dir, { timing: { sweepMs: 50 }, hang: silentBell().hang });
    // The look at the start comes after one quiet period of 80 ms; what it finds is not for the sweep to count.
    await setTimeout(300);
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    await waitFor('the change', () => served() === 'package b\n');
    await waitFor('the count', () => watcher.state.missed === 1);
    expect(warnings).toHaveLength(1);
    expect(watcher.state.events).toBe(0);
  });

  it('does not count what an event announced, nor what changes no policy', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { hang, hung } = silentBell();
    const { watcher, served, engine } = await watched(dir, { timing: { sweepMs: 50 }, hang });
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    hung[0]?.onRing();
    await waitFor('the change', () => served() === 'package b\n');
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    // Several sweeps and the quiet period after one.
    await setTimeout(300);
    expect(watcher.state.missed).toBe(0);
    expect(engine.reloads).toEqual(['boot', 'watch']);
  });
});

describe('listening that fails', () => {
  const enospc = Object.assign(new Error('no space'), { code: 'ENOSPC' });

  it('is told once, with what to raise, and makes the sweep frequent', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { hang, hung } = silentBell();
    const { watcher, warnings, served } = await watched(dir, { timing: { sweepMs: 600_000, degradedSweepMs: 40 }, hang });
    for (let turn = 0; turn < 2000; turn++) hung[0]?.onTrouble(enospc);
    expect(watcher.state).toMatchObject({ mode: 'degraded', reason: expect.stringContaining('max_user_watches') as string });
    expect(warnings).toHaveLength(1);
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    await waitFor('the swept change', () => served() === 'package b\n');
  });

  it('is tried again when the folder moved, and forgotten when it works', async () => {
    const dir = await tempDir({ 'p/a.rego': 'package a\n' });
    const { hang, hung } = silentBell();
    const { watcher } = await watched(path.join(dir, 'p'), { timing: { sweepMs: 600_000, degradedSweepMs: 40 }, hang });
    hung[0]?.onTrouble(enospc);
    expect(watcher.state.mode).toBe('degraded');
    await rm(path.join(dir, 'p'), { recursive: true });
    await writeTree(dir, { 'p/a.rego': 'package b\n' });
    await waitFor('listening again', () => watcher.state.mode === 'watching');
    expect(hung.length).toBeGreaterThan(1);
  });
});

describe('closing', () => {
  it('is idempotent, stops all looking and leaves no handle', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
    const dir = await tempDir({ 'x/a.rego': 'package a\n' });
    const { engine, watcher } = await watched(dir, { timing: { sweepMs: 30 } });
    await writeTree(dir, { 'y/z/b.rego': 'package b\n' });
    await waitFor('the new folder', () => engine.current?.source.modules.length === 2);
    const closing = watcher.close();
    expect(watcher.close()).toBe(closing);
    await closing;
    const { length } = engine.reloads;
    await unlink(path.join(dir, 'x/a.rego'));
    // Ten sweeps, had there been any.
    await setTimeout(300);
    expect(engine.reloads).toHaveLength(length);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap')).toHaveLength(before);
  });

  it('may come before the start is done', async () => {
    const policyDir = await tempDir({ 'a.rego': 'package a\n' });
    const reader = createSourceReader({ limits: DEFAULT_SOURCE_LIMITS });
    const engine = createRecordingEngine(policyDir, reader);
    const nothing = (): undefined => undefined;
    const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    const api = { attachEngine: nothing, registerPolicyReloader: nothing };
    const watcher = createWatcher({ policyDir, engine, reader, log, api });
    const starting = watcher.start();
    await watcher.close();
    await starting;
    expect(engine.reloads).toEqual([]);
  });
});

it('the no-op watcher attaches and registers, and listens to nothing', async () => {
  const dir = await tempDir({ 'a.rego': 'package a\n' });
  const engine = createRecordingEngine(dir, createSourceReader({ limits: DEFAULT_SOURCE_LIMITS }));
  const seen: { engine?: Engine; reloader?: PolicyReloader } = {};
  const api = {
    attachEngine: (given: Engine) => (seen.engine = given),
    registerPolicyReloader: (given: PolicyReloader) => (seen.reloader = given),
  };
  const watcher = createNoopWatcher({ engine, api });
  await watcher.start();
  expect(seen.engine).toBe(engine);
  await seen.reloader?.('api');
  expect(engine.reloads).toEqual(['api']);
  expect(watcher.state).toMatchObject({ mode: 'off', events: 0 });
  await watcher.close();
  await watcher.close();
});

/** The states of the folder that the watcher vouched for, and how often it looked into the folder. */
async function vouching(policyDir: string) {
  const reader = createSourceReader({ limits: DEFAULT_SOURCE_LIMITS });
  const engine = createRecordingEngine(policyDir, reader);
  await engine.reload('boot');
  const vouched: string[] = [];
  const state = { peeks: 0 };
  /** What was asked of the folder, in order. */
  const asked: string[] = [];
  const watcher = createWatcher({
    policyDir,
    engine,
    log: silentLog,
    timing: quiet,
    api: { attachEngine: () => undefined, registerPolicyReloader: () => undefined },
    reader: {
      scan: (dir) => {
        asked.push('scan');
        return reader.scan(dir);
      },
      glance: async (dir, seen, file) => {
        const glance = await reader.glance(dir, seen, file);
        asked.push(glance === undefined ? 'vain glance' : 'glance');
        return glance;
      },
      peek: (dir, scan) => {
        asked.push('peek');
        state.peeks++;
        return reader.peek(dir, scan);
      },
      read: (dir, options) => reader.read(dir, options),
      vouch: (key) => {
        vouched.push(key);
        reader.vouch(key);
      },
    },
  });
  onTestFinished(() => watcher.close());
  await watcher.start();
  // The look at the start is over, so that what is heard from now on is a burst of its own.
  await waitFor('the first look', () => state.peeks > 0);
  asked.length = 0;
  return { vouched, asked, served: () => textOf(engine) };
}

describe('the watcher vouches', () => {
  it('for one file that was moved into place', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { vouched, served } = await vouching(dir);
    await writeFile(path.join(dir, '.a.rego.saving'), 'package b\n');
    await rename(path.join(dir, '.a.rego.saving'), path.join(dir, 'a.rego'));
    await waitFor('the save', () => served() === 'package b\n');
    expect(vouched).toHaveLength(1);
  });

  it('having looked at that file alone: the reading is the first to go through the folder', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'b.rego': 'package b\n' });
    const { vouched, asked, served } = await vouching(dir);
    await writeFile(path.join(dir, '.a.rego.saving'), 'package c\n');
    await rename(path.join(dir, '.a.rego.saving'), path.join(dir, 'a.rego'));
    await waitFor('the save', () => served() === 'package c\n');
    expect(vouched).toHaveLength(1);
    expect(asked.slice(0, 2)).toEqual(['glance', 'peek']);
  });

  it('having looked around, for a file that was not there', async () => {
    const dir = await tempDir({ 'b.rego': 'package b\n' });
    const { vouched, asked, served } = await vouching(dir);
    await writeFile(path.join(dir, '.a.rego.saving'), 'package a\n');
    await rename(path.join(dir, '.a.rego.saving'), path.join(dir, 'a.rego'));
    await waitFor('the save', () => served() === 'package a\n');
    expect(vouched).toHaveLength(1);
    expect(asked.slice(0, 2)).toEqual(['vain glance', 'scan']);
  });

  it.each([
    ['written in place', (file: string) => writeFile(file, 'package b\n')],
    [
      'removed, then written',
      async (file: string) => {
        await rm(file);
        await writeFile(file, 'package b\n');
      },
    ],
  ])('not for one that was %s', async (_name, save) => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { vouched, served } = await vouching(dir);
    await save(path.join(dir, 'a.rego'));
    await waitFor('the save', () => served() === 'package b\n');
    expect(vouched).toEqual([]);
  });
});
