import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { opaBinary, ROOT } from './daemon.js';
import { percentile } from './load.js';
import type { Rows } from './reload.js';

const ROUNDS = 9;

/** What `policy test` may take: so many times what `opa test` does, and so many ms for two engines and a Node. */
const FACTOR = 1.5;
const ALLOWANCE_MS = 300;

/** What else is set costs each Node that starts, and is no part of the command: certificates, say, are read in 50 ms. */
const ENVIRONMENT = { PATH: process.env['PATH'] };

/** The shipped tests from exec to exit, alternated with `opa test` on the same folder. */
export function benchTestRun(): Promise<Rows> {
  const folder = path.join(ROOT, 'policies/rego');
  const own = [process.execPath, path.join(ROOT, 'bin/run.cjs'), 'policy', 'test', folder];
  const opa = opaBinary();
  const commands: Record<string, readonly string[]> = {
    'policy test': own,
    'policy test --engine wasm': [...own, '--engine', 'wasm'],
    'policy test --engine topdown': [...own, '--engine', 'topdown'],
    ...(opa === undefined ? {} : { 'opa test': [opa, 'test', folder] }),
  };
  const times: Record<string, number[]> = {};
  // The first round fills the file caches.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const ms = timed(command);
      if (round > 0) (times[name] ??= []).push(ms);
    }
  }
  const medians = Object.fromEntries(Object.entries(times).map(([name, found]) => [name, percentile(found, 0.5)]));
  const { 'opa test': witness } = medians;
  const bound = witness === undefined ? undefined : FACTOR * witness + ALLOWANCE_MS;
  const rows = Object.entries(times).map(([name, found]) => [
    name,
    {
      'median ms': Math.round(percentile(found, 0.5)),
      'best ms': Math.round(Math.min(...found)),
      ...(witness === undefined ? {} : { 'of opa test': Number((percentile(found, 0.5) / witness).toFixed(2)) }),
    },
  ]);
  const judged = bound === undefined ? {} : { bound: { 'median ms': Math.round(bound), 'met by policy test': met(medians, bound) } };
  return Promise.resolve({ ...(Object.fromEntries(rows) as Rows), ...judged });
}

function met({ 'policy test': own = Infinity }: Record<string, number>, bound: number): string {
  return own <= bound ? 'yes' : 'no';
}

function timed([command = '', ...args]: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: ENVIRONMENT });
  if (status !== 0) throw new Error(`Expected ${command} ${args.join(' ')} to pass, got exit ${String(status)}: ${stderr}`);
  return performance.now() - started;
}
