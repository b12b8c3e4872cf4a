import type { PreparedRevision } from '../evaluator/evaluator.js';
import type { Revision } from '../policy/revision.js';

/**
 * A revision that serves, did serve, or may. It counts the requests that hold it: once retired, the last one to leave frees its
 * instances in the workers.
 */
export class Generation {
  #revision: Revision;
  readonly prepared: PreparedRevision;
  #holders = 0;
  #retired = false;

  constructor(revision: Revision, prepared: PreparedRevision) {
    this.#revision = revision;
    this.prepared = prepared;
  }

  get revision(): Revision {
    return this.#revision;
  }

  /** It serves again: the same revision, with the trigger and the time of now. */
  renew(revision: Revision): void {
    this.#revision = revision;
  }

  /** It is about to become the current one. Throws when that cannot be. */
  activate(): void {
    this.prepared.activate?.();
  }

  enter(): void {
    this.#holders += 1;
  }

  leave(): void {
    this.#holders -= 1;
    if (this.#retired && this.#holders === 0) this.prepared.release();
  }

  /** No new request will enter. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    if (this.#holders === 0) this.prepared.release();
  }
}
