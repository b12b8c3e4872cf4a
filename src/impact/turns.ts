/** So long a turn is, in ms, where others want the processor, and where nobody does. */
const SHORT_MS = 0.3;
const LONG_MS = 1.2;
/** Between turns one lets go of the processor for so long; the system's timers make that 0.07. */
const PAUSE_MS = 0.02;
/** A pause that took longer was somebody else's turn. */
const PROMPT_MS = 0.15;

/**
 * Work that nobody is to notice, in turns. A processor takes work over from one that has too much when it falls idle, and with an endless
 * piece of work it never does, of whatever priority that is: beside a loop of the idle class p99 of 4,000 decisions a second was 1.8 times
 * as long on two processors, and as long as without it when the loop let go this often.
 */
export class Turns {
  readonly #clock: Clock;
  #since: number;
  #turnMs = SHORT_MS;

  constructor(clock: Clock = { now: () => performance.now(), pause: pauser() }) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** To be called after each bit of work: blocks the thread for a moment when the turn is over. */
  next(): void {
    const over = this.#clock.now();
    if (over - this.#since < this.#turnMs) return;
    this.#clock.pause();
    this.#since = this.#clock.now();
    this.#turnMs = this.#since - over > PROMPT_MS ? SHORT_MS : Math.min(2 * this.#turnMs, LONG_MS);
  }
}

export interface Clock {
  /** Time in ms. */
  readonly now: () => number;
  readonly pause: () => void;
}

function pauser(): () => void {
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return () => void Atomics.wait(never, 0, 0, PAUSE_MS);
}
