import { fork } from 'node:child_process';
import type { ChildProcess, ForkOptions } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { builtScript } from '../built-script.js';
import { giveWay } from './give-way.js';
import { idleCommand } from './idle-command.js';

/**
 * Starts a Node script as a process that gets processor time nobody else asks for: on Linux in the idle class, elsewhere, and without the
 * compiler's binary, at the lowest priority. It has a channel, and of the environment what `env` says.
 */
export function forkIdle(script: URL, env: Readonly<Record<string, string>>, override: string | undefined): ChildProcess {
  const [launcher, ...launched] = idleCommand(override);
  const options: ForkOptions = { stdio: ['ignore', 2, 2, 'ipc'], serialization: 'advanced', env };
  const file = fileURLToPath(builtScript(script));
  if (launcher !== undefined) return fork(file, [], { ...options, execPath: launcher, execArgv: [...launched, process.execPath] });
  const child = fork(file, [], { ...options, execArgv: [] });
  if (child.pid !== undefined) giveWay(child.pid, constants.priority.PRIORITY_LOW);
  return child;
}
