// What a newcomer does, with a clock: a clone, a home of his own, a PATH without anything of this project, caches that are cold. Run by
// `npm run first-ten-minutes`; not part of `npm test`, whose readers have waited for `npm ci` already.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../helpers/free-port.js';
import { ROOT } from '../../helpers/policies.js';
import { consoleBlocks } from '../readme/console-blocks.js';

/** Longer than this, in seconds, nobody waits for a service that he does not know. */
const AIM_S = 120;
const SYSTEM = ['/usr/local/bin', '/usr/bin', '/bin'];

interface Took {
  readonly what: string;
  readonly seconds: number;
  /** Longest time without a word, in seconds. */
  readonly silence: number;
  readonly exit: number | null;
}

const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'defenseclaw-first-')));
const clone = path.join(home, 'defenseclaw-gateway');
const port = await freePort();
const started: ChildProcess[] = [];
const rows: Took[] = [];
try {
  const env = newcomer();
  await step(`git clone`, 'git', ['clone', '--quiet', ROOT, clone], home, env);
  await step('npm ci', 'npm', ['ci'], clone, env);
  rows.push(await startUntilHealthy(env));
  await step('npx defenseclaw-gateway status', 'npx', ['defenseclaw-gateway', 'status'], clone, env);
  await step('npm link', 'npm', ['link', '--prefix', path.join(home, '.local')], clone, env);
  for (const command of tour()) await step(command, 'bash', ['-c', command], clone, env);
} finally {
  for (const child of started) child.kill('SIGTERM');
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
  writeFileSync(path.join(home, '.defenseclaw/config.yaml'), `gateway:\n  api_port: ${port}\n`);
  for (const name of ['node', 'npm', 'npx', 'go', 'git']) symlinkSync(whereIs(name), path.join(bin, name));
  const told = (command: string, ...args: string[]): string => spawnSync(command, args, { encoding: 'utf8', cwd: tmpdir() }).stdout.trim();
  return {
    HOME: home,
    LANG: 'C.UTF-8',
    PATH: [bin, path.join(home, '.local/bin'), ...SYSTEM].join(path.delimiter),
    npm_config_registry: told('npm', 'config', 'get', 'registry'),
    ...Object.fromEntries(['GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOFLAGS'].map((name) => [name, told('go', 'env', name)])),
  };
}

function whereIs(name: string): string {
  const { stdout, status } = spawnSync('which', [name], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} is not on the PATH`);
  return realpathSync(stdout.trim());
}

/** The commands of the README's tour but the start, which is `npm start` here. */
function tour(): string[] {
  const blocks = consoleBlocks('README.md', readFileSync(path.join(ROOT, 'README.md'), 'utf8'));
  const [, ...steps] = blocks.filter(({ notRun }) => notRun === undefined).flatMap((block) => block.steps);
  const commands = steps.map(({ command }) => command.replaceAll('18970', String(port)));
  // Each has a shell of its own here.
  const token = commands.find((command) => command.startsWith('TOKEN=')) ?? '';
  return commands.map((command) => (command.includes('$TOKEN') ? `${token}; ${command}` : command));
}

async function step(what: string, command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { cwd, env });
  const took = clock(child);
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  rows.push({ what, exit, ...took() });
}

async function startUntilHealthy(env: NodeJS.ProcessEnv): Promise<Took> {
  const child = spawn('npm', ['start'], { cwd: clone, env, detached: false });
  started.push(child);
  const took = clock(child);
  while (child.exitCode === null && !(await isReady())) await new Promise((resolve) => setTimeout(resolve, 20));
  return { what: 'npm start, until it is ready', exit: child.exitCode, ...took() };
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch {
    return false;
  }
}

/** Shows what the child says, and tells how long it took and how long it was silent. */
function clock(child: ChildProcess): () => Pick<Took, 'seconds' | 'silence'> {
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
      process.stderr.write(chunk);
    });
  }
  return () => {
    listen();
    return { seconds: (performance.now() - start) / 1e3, silence: silence / 1e3 };
  };
}

function report(): void {
  for (const { what, seconds, silence, exit } of rows) {
    const silent = `longest silence ${silence.toFixed(1)} s`;
    process.stdout.write(
      `${seconds.toFixed(1).padStart(7)} s  ${silent.padEnd(24)}  ${exit === null || exit === 0 ? '' : `exit ${exit}  `}${what}\n`,
    );
  }
  const total = rows.slice(1, 3).reduce((sum, { seconds }) => sum + seconds, 0);
  process.stdout.write(`npm ci && npm start from cold caches: ${total.toFixed(0)} s, aim ${AIM_S} s\n`);
}
