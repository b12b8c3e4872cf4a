/** Lets waiters look again whenever something changed. */
export class Changes {
  readonly #waiters = new Set<() => void>();

  /** Something that a waiter may look at is different now. */
  notify(): void {
    for (const look of this.#waiters) look();
  }

  /** Resolves once the condition holds, or after `ms`. */
  async until(condition: () => boolean, ms = Infinity): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiters.delete(look);
        clearTimeout(timer);
        resolve();
      };
      const look = (): void => {
        if (condition()) done();
      };
      const timer = Number.isFinite(ms) ? setTimeout(done, ms) : undefined;
      this.#waiters.add(look);
    });
  }
}
