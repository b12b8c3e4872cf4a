import { setTimeout as pause } from 'node:timers/promises';
import type { RegoCompiler } from './rego-compiler.js';

/** The answer takes a tenth of a millisecond; who waits for it could wait for 80 ms of quiet instead. */
const ANSWER_MS = 60;

/** The service asks the system: Node cannot. One that does not run is not started for it. */
export function createAreClosed(compiler: Pick<RegoCompiler, 'writers' | 'pid'>): (files: readonly string[]) => Promise<boolean> {
  return async (files) => {
    if (compiler.pid === undefined) return false;
    const answer = compiler.writers({ files }).then(
      ({ closed }) => closed,
      () => false,
    );
    return Promise.race([answer, pause(ANSWER_MS, false, { ref: false })]);
  };
}
