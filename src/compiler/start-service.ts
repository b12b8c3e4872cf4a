import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { Stream } from 'node:stream';
import { GatewayError } from '../errors.js';
import { idleCommand } from './idle-command.js';
import { locateBinary } from './locate-binary.js';

/** A service that nobody has asked for yet. */
let ahead: { readonly binary: string; readonly child: ChildProcessWithoutNullStreams } | undefined;

/**
 * Starts the service that will probably be asked for, so that it is up by then. It ends with this process if nobody asks. Undefined where
 * there is none: who asks for it is told why.
 */
export function startAhead(env: Readonly<Record<string, string | undefined>>): ChildProcess | undefined {
  try {
    const binary = locateBinary({ override: env['DEFENSECLAW_REGO_COMPILER'] });
    const child = start(binary);
    // Whoever takes it asks what became of it.
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    holdOpen(child, false);
    ahead = { binary, child };
    return child;
  } catch {
    return undefined;
  }
}

/**
 * The service as a child process: the one that was started ahead, if it is of this file and runs, else a new one. An idle one gets the
 * processor time that nobody else asks for.
 */
export function startService(binary: string, idle = false): ChildProcessWithoutNullStreams {
  if (idle) return start(binary, idleCommand(binary));
  const found = ahead;
  if (found === undefined) return start(binary);
  ahead = undefined;
  const { child } = found;
  if (found.binary === binary && child.pid !== undefined && child.exitCode === null && child.signalCode === null) return child;
  child.stdin.end();
  return start(binary);
}

/** Whether a child keeps this process alive. */
export function holdOpen(child: ChildProcessWithoutNullStreams, held: boolean): void {
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) if (isRefable(handle)) handle[held ? 'ref' : 'unref']();
}

function start(binary: string, launcher: readonly string[] = []): ChildProcessWithoutNullStreams {
  const [program, ...args] = [...launcher, binary] as const;
  // No environment: nothing of the daemon's (tokens above all) is within reach of code that runs policy tests.
  const child: ChildProcess = spawn(program, args, { stdio: 'pipe', env: {}, cwd: path.dirname(binary), windowsHide: true });
  if (hasPipes(child)) return child;
  child.on('error', () => undefined);
  throw new GatewayError('files_exhausted', 'the Rego compiler cannot be started: too many files are open');
}

/** A child that Node had no files left for has none, and tells of that later. */
function hasPipes(child: ChildProcess): child is ChildProcessWithoutNullStreams {
  return [child.stdin, child.stdout, child.stderr].every((stream) => stream instanceof Stream);
}

/** Pipes of a child are sockets, which their declared type does not say. */
function isRefable(handle: object): handle is { ref(): unknown; unref(): unknown } {
  return 'unref' in handle && typeof handle.unref === 'function';
}
