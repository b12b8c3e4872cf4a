/** A timer that runs only while something is due, and never keeps the process alive. */
export class Watchdog {
  readonly #check: () => number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = 0;

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
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const next = this.#check();
      if (next !== undefined) this.within(next);
    }, ms);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
