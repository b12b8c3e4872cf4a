import type { Config } from '../config/config.js';

/** Beyond the bounds of the steps of a reload: queueing behind one that runs, preparing, writing. */
const SLACK_MS = 15_000;

/** How long a gateway of this configuration may take to answer a reload that nothing is wrong with. */
export function reloadBound({ policy, compiler, gates }: Config): number {
  // Two: the one that is asked for may have to wait for the end of another.
  return 2 * (policy.read_timeout + compiler.timeout + 2 * gates.timeout) + SLACK_MS;
}

const FIRST_WORD_MS = 1_000;
const NEXT_WORD_MS = 10_000;

/** Waits for an answer, and says so after a second and every ten from then on. */
export async function sayWhileWaiting<T>(answer: Promise<T>, say: (line: string) => void): Promise<T> {
  const start = performance.now();
  let timer = setTimeout(speak, FIRST_WORD_MS);
  function speak(): void {
    const seconds = Math.round((performance.now() - start) / 1000);
    say(`waiting for the gateway, which reads, compiles and asks its gates: ${seconds} s`);
    timer = setTimeout(speak, NEXT_WORD_MS);
  }
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}
