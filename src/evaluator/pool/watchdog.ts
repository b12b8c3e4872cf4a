/** A timer that runs only while something is due, and never keeps the process alive. */
export class Watchdog {
  readonly #check: () => number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = 0;
  #stopped = false;

  /** `check` returns the ms until it wants to be called again, undefined for never. */
  constructor(check: () => number | undefined) {
    this.#check = check;
  }

  /** Makes sure of a call within `ms`. */
  within(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#timer !== undefined) {
      if (this.#dueAt <= dueAt) return;
      clearTimeout(this.#timer);
    }
    this.#dueAt = dueAt;
    // Answers that came while this thread was busy are read before the check: they must not count as missing.
    this.#timer = setTimeout(() => setImmediate(() => this.#run()), ms).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    if (this.#stopped) return;
    this.#timer = undefined;
    const next = this.#check();
    if (next !== undefined) this.within(next);
  }
}
