import { OutOfBudget } from './guest-failure.js';

/** The most that the guest can count down from: some seconds of its tightest loop. */
const UNLIMITED = 0x7fff_ffff;

/** Loop steps and rule calls of the guest between two looks at the clock, measured: 10 us of the tightest loops, 130 us of usual ones. */
const STEPS = 1000;

/** Steps of the host between two looks at the clock: each takes well below a microsecond. */
const HOST_STEPS = 64;

/** Bounds one evaluation by time, from inside of the thread that it runs in: whatever repeats comes by here. */
export class Budget {
  #budgetMs = Infinity;
  #end = Infinity;
  #steps = 0;

  /** Starts the clock; without a bound nothing ever ends. Returns the steps that the guest may make before it asks for more. */
  start(budgetMs = Infinity): number {
    this.#budgetMs = budgetMs;
    this.#end = budgetMs === Infinity ? Infinity : performance.now() + budgetMs;
    this.#steps = HOST_STEPS;
    return this.#end === Infinity ? UNLIMITED : STEPS;
  }

  stop(): void {
    this.#end = Infinity;
  }

  /** Steps that may follow. Throws OutOfBudget. */
  refuel(): number {
    if (this.#end === Infinity) return UNLIMITED;
    this.check();
    return STEPS;
  }

  /** Looks at the clock. Throws OutOfBudget. */
  check(): void {
    if (this.#end !== Infinity && performance.now() >= this.#end) throw new OutOfBudget(this.#budgetMs);
  }

  /** The same for steps that are too short to look at the clock in each. */
  step(): void {
    if (--this.#steps > 0) return;
    this.#steps = HOST_STEPS;
    this.check();
  }
}
