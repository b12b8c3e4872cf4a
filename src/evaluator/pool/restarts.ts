import { GatewayError } from '../../errors.js';

/** Threads that die before they serve are started again after this, doubled each time. */
const FIRST_DELAY_MS = 10;
const MAX_DELAY_MS = 5_000;

/** So many in a row, and who waits for a thread is told. */
const HOPELESS = 4;

/** Slows down the replacement of threads that cannot even start, so that a broken environment does not spin. */
export class Restarts {
  readonly #retry: () => void;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(retry: () => void) {
    this.#retry = retry;
  }

  /** True while no thread is to be started. */
  get waiting(): boolean {
    return this.#timer !== undefined;
  }

  get hopeless(): boolean {
    return this.#failures >= HOPELESS;
  }

  failed(): void {
    this.#failures++;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#failures, MAX_DELAY_MS);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#retry();
    }, delay).unref();
  }

  succeeded(): void {
    this.#failures = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  error(cause?: unknown): GatewayError {
    return new GatewayError('evaluation_failed', `The evaluator cannot start threads: ${this.#failures} died in a row`, { cause });
  }
}
