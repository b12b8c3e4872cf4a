/** Who asked for a look: the file system, the sweep, or the watcher itself (start, retry, a change during a reload). */
export type Ringer = 'event' | 'sweep' | 'self';

export interface SettleTiming {
  /** The bell has to be silent this long, in ms. */
  readonly quietMs: number;
  /** A bell that never falls silent is answered after this long, in ms. */
  readonly maxWaitMs: number;
}

/** Waits for quiet after the last ring, but never longer than a limit after the first. Pure: time comes in as numbers. */
export class Settle {
  readonly #timing: SettleTiming;
  #rungBy = new Set<Ringer>();
  #first = 0;
  #last = 0;
  #quietMs = 0;

  constructor(timing: SettleTiming) {
    this.#timing = timing;
  }

  /** The quiet that is asked for counts for all rings so far. */
  ring(now: number, by: Ringer, quietMs = this.#timing.quietMs): void {
    if (this.#rungBy.size === 0) this.#first = now;
    this.#rungBy.add(by);
    this.#last = now;
    this.#quietMs = quietMs;
  }

  /** When the rings so far are to be answered; undefined when there are none. */
  get dueAt(): number | undefined {
    if (this.#rungBy.size === 0) return undefined;
    return Math.min(this.#last + this.#quietMs, this.#first + this.#timing.maxWaitMs);
  }

  /** Who rang, once that is due; from then on counting begins anew. */
  take(now: number): ReadonlySet<Ringer> | undefined {
    const due = this.dueAt;
    if (due === undefined || now < due) return undefined;
    const rungBy = this.#rungBy;
    this.#rungBy = new Set();
    return rungBy;
  }
}
