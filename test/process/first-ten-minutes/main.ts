// What a newcomer does, with a clock: a clone, a home of his own, a PATH without anything of this project, caches that are cold. Run by
// `npm run first-ten-minutes`; not part of `npm test`, whose readers have waited for `npm ci` already.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../helpers/free-port.js';
import { ROOT } from '../../helpers/policies.js';
import { waitFor } from '../../helpers/wait-for.js';
import { consoleBlocks, isLogLine, missingLines } from '../readme/console-blocks.js';
import type { Step } from '../readme/console-blocks.js';

/** Longer than this, in seconds, nobody waits for a service that he does not know. */
const AIM_S = 120;
const SYSTEM = ['/usr/local/bin', '/usr/bin', '/bin'];

interface Took {
  readonly what: string;
  readonly seconds: number;
  /** Processor time, in seconds: the steadier figure on a busy machine. Unknown of what goes on. */
  readonly cpu?: number;
  /** Longest time without a word, in seconds. */
  readonly silence: number;
  /** Why it is not what a newcomer was promised. */
  readonly wrong?: string;
}

/** Of the wait for a line of the log. */
const LOGGED_MS = 60_000;

const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'defenseclaw-first-')));
const clone = path.join(home, 'defenseclaw-gateway');
const port = await freePort();
const started: ChildProcess[] = [];
const rows: Took[] = [];
let log = '';
try {
  const env = newcomer();
  await done('git clone', `git clone --quiet '${ROOT}' '${clone}'`, home, env);
  await done('npm ci', 'npm ci', clone, env);
  rows.push(await startUntilHealthy(env));
  await done('npx defenseclaw-gateway status', 'npx defenseclaw-gateway status', clone, env);
  await done('npm link', 'npm link', clone, env);
  for (const step of tour()) rows.push(await shown(step, env));
} finally {
  for (const child of started) await end(child);
  report();
  // Go keeps its module cache read-only.
  spawnSync('chmod', ['-R', 'u+w', home]);
  rmSync(home, { recursive: true, force: true });
}

/** Where packages come from is the machine's, all else is new. */
function newcomer(): NodeJS.ProcessEnv {
  const bin = path.join(home, 'bin');
  mkdirSync(bin);
  mkdirSync(path.join(home, '.defenseclaw'));
  writeFileSync(path.join(home, '.defenseclaw/config.yaml'), `gateway:\n  api_port: ${port}\nlog:\n  format: pretty\n`);
  for (const name of ['node', 'npm', 'npx', 'go', 'git']) symlinkSync(whereIs(name), path.join(bin, name));
  const told = (command: string, ...args: string[]): string => spawnSync(command, args, { encoding: 'utf8', cwd: tmpdir() }).stdout.trim();
  return {
    HOME: home,
    LANG: 'C.UTF-8',
    PATH: [bin, path.join(home, '.local/bin'), ...SYSTEM].join(path.delimiter),
    npm_config_prefix: path.join(home, '.local'),
    npm_config_globalconfig: told('npm', 'config', 'get', 'globalconfig'),
    npm_config_registry: told('npm', 'config', 'get', 'registry'),
    ...Object.fromEntries(['GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOFLAGS'].map((name) => [name, told('go', 'env', name)])),
  };
}

function whereIs(name: string): string {
  const { stdout, status } = spawnSync('which', [name], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} is not on the PATH`);
  return realpathSync(stdout.trim());
}

/** What the README's tour shows but the start, which is `npm start` here. */
function tour(): Step[] {
  const blocks = consoleBlocks('README.md', readFileSync(path.join(ROOT, 'README.md'), 'utf8'));
  const [, ...steps] = blocks.filter(({ notRun }) => notRun === undefined).flatMap((block) => block.steps);
  const typed = (text: string): string => text.replaceAll('18970', String(port));
  // Each has a shell of its own here.
  const token = steps.find(({ command }) => command.startsWith('TOKEN='))?.command ?? '';
  return steps.map(({ command, output }) => ({
    command: command.includes('$TOKEN') ? `${token}; ${typed(command)}` : command,
    output: output.map(typed),
  }));
}

/** A command without which nothing goes on. */
async function done(what: string, command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { exit, took } = await run(command, cwd, env);
  rows.push({ what, ...took, ...(exit === 0 ? {} : { wrong: `exit ${exit}` }) });
  if (exit !== 0) throw new Error(`${command} ended with ${exit}: nothing that follows can work`);
}

/** A command that has to print what the README shows, and have the gateway log it. */
async function shown({ command, output }: Step, env: NodeJS.ProcessEnv): Promise<Took> {
  const { printed, took } = await run(command, clone, env);
  const logged = output.filter(isLogLine);
  await waitFor(logged.join('\n'), () => missingLines(logged, log).length === 0, LOGGED_MS);
  const missing = missingLines(
    output.filter((line) => !isLogLine(line)),
    printed,
  );
  return { what: command, ...took, ...(missing.length === 0 ? {} : { wrong: `not printed: ${missing.join(' | ')}` }) };
}

async function run(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly exit: number | null; readonly printed: string; readonly took: Pick<Took, 'seconds' | 'silence' | 'cpu'> }> {
  const child = spawn('bash', ['-c', `${command}\ncode=$?; times >&3; exit $code`], { cwd, env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  let printed = '';
  let times = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => (times += chunk.toString()));
  const took = clock(child, (text) => (printed += text));
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exit, printed, took: { ...took(), cpu: processorTime(times) } };
}

/** What bash's `times` says of itself and of its children: `0m1.23s 0m0.45s` each. */
function processorTime(times: string): number {
  return [...times.matchAll(/(\d+)m([\d.]+)s/gu)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

async function startUntilHealthy(env: NodeJS.ProcessEnv): Promise<Took> {
  const child = spawn('npm', ['start'], { cwd: clone, env, detached: true });
  started.push(child);
  const took = clock(child, (text) => (log += text));
  while (child.exitCode === null && !(await isReady())) await new Promise((resolve) => setTimeout(resolve, 20));
  const wrong = child.exitCode === null ? {} : { wrong: `exit ${child.exitCode}` };
  return { what: 'npm start, until it is ready', ...took(), ...wrong };
}

/** npm passes no signal on: its group gets it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await closed;
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch {
    return false;
  }
}

/** Shows what the child says, and tells how long it took and how long it was silent. */
function clock(child: ChildProcess, hear: (text: string) => void): () => Pick<Took, 'seconds' | 'silence'> {
  const start = performance.now();
  let heard = start;
  let silence = 0;
  const listen = (): void => {
    const now = performance.now();
    silence = Math.max(silence, now - heard);
    heard = now;
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      listen();
      hear(chunk.toString());
      process.stderr.write(chunk);
    });
  }
  return () => {
    listen();
    return { seconds: (performance.now() - start) / 1e3, silence: silence / 1e3 };
  };
}

function report(): void {
  for (const { what, seconds, silence, cpu, wrong } of rows) {
    const busy = cpu === undefined ? '' : `processor ${cpu.toFixed(1)} s`;
    const silent = `longest silence ${silence.toFixed(1)} s`;
    process.stdout.write(
      `${seconds.toFixed(1).padStart(7)} s  ${silent.padEnd(24)}  ${busy.padEnd(17)}  ${what}${wrong === undefined ? '' : `\n  WRONG: ${wrong}`}\n`,
    );
    if (wrong !== undefined) process.exitCode = 1;
  }
  const total = rows.slice(1, 3).reduce((sum, { seconds }) => sum + seconds, 0);
  process.stdout.write(`npm ci && npm start from cold caches: ${total.toFixed(0)} s, aim ${AIM_S} s\n`);
}
