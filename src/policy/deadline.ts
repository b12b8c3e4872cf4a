import type { GatewayError } from '../errors.js';
import { readTimedOut } from './source-errors.js';

/**
 * The time that one reading of the folder may take. Work asks it at every step, so that nothing goes on behind a reading that has ended;
 * a call into the file system that does not return (a dead network mount) is left behind by {@link race}.
 */
export class Deadline {
  readonly #ms: number;
  readonly #end: number;
  readonly #folder: string;

  /** `folder` is what the error names. */
  constructor(ms: number, folder: string) {
    this.#ms = ms;
    this.#end = performance.now() + ms;
    this.#folder = folder;
  }

  get failure(): GatewayError {
    return readTimedOut(this.#folder, this.#ms);
  }

  /** Throws `policy_read_timeout` when time is up. */
  check(): void {
    if (performance.now() >= this.#end) throw this.failure;
  }

  /** What `work` comes to; rejects with `policy_read_timeout` when time is up before. */
  async race<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const expiry = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(this.failure), Math.max(0, this.#end - performance.now()));
    });
    // Whichever loses must not count as unhandled.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, expiry]);
    } finally {
      clearTimeout(timer);
    }
  }
}
