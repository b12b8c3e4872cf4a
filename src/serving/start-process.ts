import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtScript } from '../built-script.js';
import { childEnvironment } from '../config/environment.js';
import { CHANNEL_FD, CLAIMS_FD, WORDS_FD } from './inherited.js';

/** Open files that a serving process gets. */
export interface InheritedFiles {
  readonly words: number;
  readonly claims: number;
}

/** Starts a serving process. */
export function startProcess({ words, claims }: InheritedFiles): ChildProcess {
  const stdio: (number | 'ignore' | 'ipc')[] = ['ignore', 2, 2];
  stdio[CHANNEL_FD] = 'ipc';
  stdio[WORDS_FD] = words;
  stdio[CLAIMS_FD] = claims;
  const script = fileURLToPath(builtScript(new URL('./process/main.js', import.meta.url)));
  return fork(script, [], { stdio, serialization: 'advanced', env: childEnvironment(), execArgv: [] });
}
