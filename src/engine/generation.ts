import type { PreparedRevision } from '../evaluator/evaluator.js';
import type { Revision } from '../policy/revision.js';

/**
 * A revision that serves or did serve. It counts the requests that hold it: once retired, the last one to leave frees its
 * instances in the workers.
 */
export class Generation {
  readonly revision: Revision;
  readonly prepared: PreparedRevision;
  #holders = 0;
  #retired = false;

  constructor(revision: Revision, prepared: PreparedRevision) {
    this.revision = revision;
    this.prepared = prepared;
  }

  /** It is about to become the current one. Frees it when that fails. */
  activate(): void {
    try {
      this.prepared.activate?.();
    } catch (error) {
      this.retire();
      throw error;
    }
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
