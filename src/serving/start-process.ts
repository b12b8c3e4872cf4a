import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../config/environment.js';
import { CHANNEL_FD, CLAIMS_FD, WORDS_FD } from './inherited.js';

/** Open files that a serving process gets. */
export interface InheritedFiles {
  readonly words: number;
  readonly claims: number;
}

/** Starts a serving process: from dist as it is, from the sources through tsx (Node 20 does not strip types). */
export function startProcess({ words, claims }: InheritedFiles): ChildProcess {
  const script = fileURLToPath(new URL('./process/main.js', import.meta.url));
  const sources = import.meta.url.endsWith('.ts');
  const stdio: (number | 'ignore' | 'ipc')[] = ['ignore', 2, 2];
  stdio[CHANNEL_FD] = 'ipc';
  stdio[WORDS_FD] = words;
  stdio[CLAIMS_FD] = claims;
  return fork(sources ? script.replace(/\.js$/, '.ts') : script, [], {
    stdio,
    serialization: 'advanced',
    env: childEnvironment(),
    execArgv: sources ? ['--import', createRequire(import.meta.url).resolve('tsx')] : [],
  });
}
