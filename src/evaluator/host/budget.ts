import { OutOfBudget } from './guest-failure.js';

/** The most that the guest can count down from: some seconds of its tightest loop. */
const UNLIMITED = 0x7fff_ffff;

/** Loop steps and rule calls of the guest between two looks at the clock, measured: 10 us of the tightest loops, 130 us of usual ones. */
const STEPS = 1000;

/** The same where a millisecond more or less does not matter. */
const COARSE_STEPS = 10_000;

/** Steps of the host between two looks at the clock: each takes well below a microsecond. */
const HOST_STEPS = 64;

/** Work that is not worth a look at the clock before it. */
const NEGLIGIBLE_MS = 0.05;

/** So many budgets of wall time end an evaluation, however little of them it had a processor for. */
const PATIENCE = 10;

/** Ms between two looks at the processor time, which costs a microsecond, once the budget is over by the clock. */
const LOOK_MS = 0.5;

/**
 * Bounds one evaluation by time, from inside of the thread that it runs in: whatever repeats comes by here. An evaluation that is over its
 * budget by the clock gets as much again of processor time: on a busy machine most of a wait is somebody else's.
 */
export class Budget {
  #budgetMs = Infinity;
  #end = Infinity;
  /** The guest's steps between two looks. */
  #fuel = STEPS;
  /** The clock alone decides, and nothing is refused for what it may cost. */
  #firm = false;
  #steps = 0;
  /** Once over the budget: processor time and clock at which it ends for good. */
  #last: { readonly cpuMs: number; readonly clock: number } | undefined;

  /** Starts the clock; without a bound nothing ever ends. Returns the steps that the guest may make before it asks for more. */
  start(budgetMs = Infinity): number {
    this.#budgetMs = budgetMs;
    this.#end = budgetMs === Infinity ? Infinity : performance.now() + budgetMs;
    this.#steps = HOST_STEPS;
    this.#last = undefined;
    this.#fuel = STEPS;
    this.#firm = false;
    return this.#end === Infinity ? UNLIMITED : STEPS;
  }

  /** The same for a thread that nobody else waits for: what is begun goes on until so many ms have passed by the clock. */
  startDeadline(ms: number): number {
    this.start(ms);
    this.#fuel = COARSE_STEPS;
    this.#firm = true;
    return COARSE_STEPS;
  }

  stop(): void {
    this.#end = Infinity;
  }

  /** Steps that may follow. Throws OutOfBudget. */
  refuel(): number {
    if (this.#end === Infinity) return UNLIMITED;
    this.check();
    return this.#fuel;
  }

  /** Looks at the clock. Throws OutOfBudget. */
  check(): void {
    if (this.#end === Infinity) return;
    const now = performance.now();
    if (now < this.#end) return;
    if (this.#firm) throw new OutOfBudget(this.#budgetMs);
    this.#extend(now);
  }

  #extend(now: number): void {
    const used = cpuMs();
    this.#last ??= { cpuMs: used + this.#budgetMs, clock: now + PATIENCE * this.#budgetMs };
    if (used >= this.#last.cpuMs || now >= this.#last.clock) throw new OutOfBudget(this.#budgetMs);
    this.#end = now + LOOK_MS;
  }

  /** The same for steps that are too short to look at the clock in each; `units` says as how many of them this one counts. */
  step(units = 1): void {
    this.#steps -= units;
    if (this.#steps > 0) return;
    this.#steps = HOST_STEPS;
    this.check();
  }

  /** Throws OutOfBudget unless `ms` of it are left: for what begins now and cannot be broken off. */
  reserve(ms: number): void {
    if (this.#end === Infinity || ms < NEGLIGIBLE_MS) return;
    this.check();
    if (this.#firm) return;
    if (performance.now() + ms > this.#end) throw new OutOfBudget(this.#budgetMs);
  }
}

/** Processor time of this process so far in ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
