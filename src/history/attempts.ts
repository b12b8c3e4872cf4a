import type { Log } from '../log.js';
import { UnderWay } from '../under-way.js';
import type { HistoryState } from './contract.js';

/** What the history tries, and how it went. A failure is told of, and nobody else fails for it. */
export class Attempts {
  readonly #log: Log;
  /** What whoever closes waits for: nothing is written into the folder afterwards. */
  readonly #underWay = new UnderWay();
  #state: HistoryState = { ok: true, failures: 0 };
  /** A revision that is not on the disk. */
  #missing: string | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Ok when the last attempt was, and what serves is kept: a later success does not make up for that. */
  stateOf(serving: string | undefined): HistoryState {
    return this.#missing !== undefined && this.#missing === serving ? { ...this.#state, ok: false } : this.#state;
  }

  /** Undefined when it failed. Never rejects. */
  make<T>(doing: string, work: () => Promise<T>): Promise<T | undefined> {
    return this.#underWay.watch(this.#try(doing, work));
  }

  /** {@link make}, whose success keeps a revision. */
  async keep(revision: string, work: () => Promise<unknown>): Promise<void> {
    const kept = await this.make('keep a revision', async () => {
      await work();
      return true;
    });
    if (kept === undefined) this.#missing = revision;
    else if (this.#missing === revision) this.#missing = undefined;
  }

  /** Settles when nothing is under way. */
  ended(): Promise<void> {
    return this.#underWay.ended();
  }

  async #try<T>(doing: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      if (!this.#state.ok) this.#state = { ...this.#state, ok: true };
      return result;
    } catch (error) {
      const message = `cannot ${doing}: ${error instanceof Error ? error.message : String(error)}`;
      this.#state = { ok: false, failures: this.#state.failures + 1, lastError: message };
      this.#log.error({ err: error }, `the policy history does not work: ${message}`);
      return undefined;
    }
  }
}
