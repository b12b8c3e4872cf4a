import type { Config } from '../config/config.js';
import { sayWhileWaiting as sayOfSeconds } from '../gateway/say-while-waiting.js';

/** Beyond the bounds of the steps of a reload: queueing behind one that runs, preparing, writing. */
const SLACK_MS = 15_000;

/** How long a gateway of this configuration may take to answer a reload that nothing is wrong with. */
export function reloadBound({ policy, compiler, gates }: Config): number {
  // Two: the one that is asked for may have to wait for the end of another.
  return 2 * (policy.read_timeout + compiler.timeout + 2 * gates.timeout) + SLACK_MS;
}

/** Waits for the answer of a gateway, and says so when it takes long. */
export function sayWhileWaiting<T>(answer: Promise<T>, say: (line: string) => void): Promise<T> {
  return sayOfSeconds(answer, (seconds) => say(`waiting for the gateway, which reads, compiles and asks its gates: ${seconds} s`));
}
