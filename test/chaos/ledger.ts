/** What the run came to. Everything that must not happen is counted apart from what may. */
export class Ledger {
  decisions = 0;
  poison = 0;
  /** Two rules of one decision came from different saves. */
  mixed = 0;
  /** A decision begun after a reload was answered came from before it. */
  stale = 0;
  /** Connections that died with a process that was killed. */
  lostWithProcess = 0;
  /** Decisions that were put off with 503 and Retry-After, since nobody got to them in time: none on a machine with a core to spare. */
  overloaded = 0;
  /** Failures that nothing excuses, in words. */
  readonly failures: string[] = [];
  /** How often something failed during which disturbance. */
  readonly failedDuring: Record<string, number> = {};
  /** How often each disturbance was made. */
  readonly disturbances: Record<string, number> = {};
  /** Ms from each kill until all processes served again. */
  readonly recoveries: number[] = [];
  /** Number of the newest save of which a reload said that it is live. */
  floor = 0;
  /** The gateway was told to end. */
  ending = false;
  /** Ms without any decision, but for those in which the main process was stopped. */
  longestGapMs = 0;
  longestGapDuring = '';
  #now = 'the start';
  #lastDecision: number | undefined;
  /** Ports of clients whose connections were on a process that was killed, or stopped for so long that the gateway replaced it. */
  readonly #doomed = new Map<number, number>();

  decided(): void {
    const now = performance.now();
    const gap = now - (this.#lastDecision ?? now);
    if (gap > this.longestGapMs) {
      this.longestGapMs = gap;
      this.longestGapDuring = this.#now;
    }
    this.#lastDecision = now;
    this.decisions += 1;
  }

  /** The main process runs again: while it was stopped, what it serves itself could not be answered. */
  resumed(): void {
    this.#lastDecision = performance.now();
  }

  disturbed(kind: string): void {
    this.disturbances[kind] = (this.disturbances[kind] ?? 0) + 1;
    this.#now = kind;
  }

  doom(ports: readonly number[]): void {
    for (const port of ports) this.#doomed.set(port, performance.now());
  }

  fail(what: string): void {
    this.failedDuring[this.#now] = (this.failedDuring[this.#now] ?? 0) + 1;
    this.failures.push(what);
  }

  /** A connection was lost: excused when it was opened before its process was ended. */
  lost(what: string, port: number, openedAt: number): void {
    const doomedAt = this.#doomed.get(port);
    if (doomedAt !== undefined && openedAt <= doomedAt) this.lostWithProcess += 1;
    else this.fail(what);
  }
}
