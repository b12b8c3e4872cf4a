import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createRegoCompiler } from '../../src/compiler/rego-compiler.js';
import { compileWith } from '../helpers/compile-with.js';
import { opaBinary, peakRss } from './daemon.js';
import { smallModules } from './policy-sets.js';
import type { Rows } from './reload.js';

const MODULES = 1000;
/** Of each module; here all of them can be asked for without being named. */
const RULES = ['allow', 'deny', 'limit'];
/** Between two looks at a process that ends by itself, in ms. */
const LOOK_MS = 5;

/** The most memory that the first build of a thousand modules takes, beside `opa build -t wasm` of the same with all rules as entrypoints. */
export async function benchPeakMemory(): Promise<Rows> {
  const files = smallModules(MODULES);
  const compiler = createRegoCompiler();
  try {
    await compileWith(compiler, files);
    const ours = peakRss(compiler.pid ?? 0);
    const theirs = await peakOfOpa(files);
    const row = { 'here MiB': Math.round(ours) };
    if (theirs === undefined) return { [NAME]: row };
    return { [NAME]: { ...row, 'opa build MiB': Math.round(theirs), ratio: (ours / theirs).toFixed(2) } };
  } finally {
    await compiler.close();
  }
}

const NAME = 'build of 1,000 modules';

async function peakOfOpa(files: Readonly<Record<string, string>>): Promise<number | undefined> {
  const binary = opaBinary();
  if (binary === undefined) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const entrypoints = Array.from({ length: MODULES }, (_, index) => RULES.flatMap((rule) => ['-e', `bench/m${index}/${rule}`])).flat();
    const bundle = path.join(tmpdir(), `defenseclaw-bench-${process.pid}.tar.gz`);
    const child = spawn(binary, ['build', '-t', 'wasm', '-o', bundle, ...entrypoints, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let peak = 0;
    while (child.exitCode === null && child.signalCode === null) {
      // One that has just ended has no memory any more.
      peak = Math.max(peak, peakRss(child.pid ?? 0));
      await setTimeout(LOOK_MS);
    }
    const code = await ended;
    await rm(bundle, { force: true });
    if (code !== 0) throw new Error(`opa build ended with ${String(code)}`);
    return peak;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
