import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { TEST_TOKEN } from './gateway.js';
import { ROOT } from './policies.js';
import { waitFor } from './wait-for.js';

/** A finished run of the CLI. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a CLI process: nothing of the developer's own configuration gets in. */
export function cliEnv(home: string, extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = { HOME: home, DEFENSECLAW_HOME: home, DEFENSECLAW_GATEWAY_TOKEN: TEST_TOKEN, DEFENSECLAW_GATEWAY_SHUTDOWN_WAIT: '0s' };
  return { PATH: process.env['PATH'], ...own, ...extra };
}

/** Runs the built CLI as a person would and waits for its end. */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { cwd?: string; stdin?: string } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/run.cjs'), ...args], { env, cwd: options.cwd ?? ROOT });
  if (options.stdin !== undefined) child.stdin.end(options.stdin);
  const output = collect(child);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...output() };
}

export interface Daemon {
  readonly child: ChildProcessWithoutNullStreams;
  readonly url: string;
  /** 0 for a local socket. */
  readonly port: number;
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  /** Settles with the exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

/** Starts a real gateway process and waits until it says where it listens. Killed when the test ends. */
export async function startDaemon(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Daemon> {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/run.cjs'), 'start', ...args], { env, cwd: ROOT });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = collect(child);
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  const url = await waitFor(
    'the gateway to say where it listens',
    () => {
      if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode}:\n${output().stderr}`);
      return /listening on\s+([^\s",]+)/u.exec(output().stderr)?.[1];
    },
    60_000,
  );
  return { child, url, port: Number(new URL(url).port), output, exit };
}

function collect(child: ChildProcessWithoutNullStreams): () => { stdout: string; stderr: string } {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return () => ({ stdout, stderr });
}
