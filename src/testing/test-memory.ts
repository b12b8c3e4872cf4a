import { createHash } from 'node:crypto';
import type { TestOutcome, TestRule } from '../compiler/protocol.js';
import { testName } from './test-name.js';

/** How the tests of the last run ended, by all that decides it. */
export class TestMemory {
  #settings = '';
  #outcomes: ReadonlyMap<string, TestOutcome> = new Map();

  /** What is known of tests on this data. */
  recall(data: Uint8Array, timeoutMs: number): (test: TestRule) => TestOutcome | undefined {
    const settings = `${timeoutMs} ${createHash('sha256').update(data).digest('base64')}`;
    if (settings !== this.#settings) this.#outcomes = new Map();
    this.#settings = settings;
    return (test) => this.#outcomes.get(nameOf(test));
  }

  /** Takes the place of what was known; `results` are of `tests`, in their order. An error may be that of a busy machine, and is not kept. */
  keep(tests: readonly TestRule[], results: readonly TestOutcome[]): void {
    const kept = new Map<string, TestOutcome>();
    for (const [index, test] of tests.entries()) {
      const outcome = results[index];
      if (test.key !== undefined && outcome !== undefined && outcome.status !== 'error') kept.set(nameOf(test), outcome);
    }
    this.#outcomes = kept;
  }
}

function nameOf(test: TestRule): string {
  return `${test.key ?? ''} ${testName(test)}`;
}
