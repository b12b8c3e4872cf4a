import { NOTHING_ASKED } from '../../evaluator/tally.js';
import type { Tally, TallyCounts } from '../../evaluator/tally.js';

/** What the watchdog looks at, in the order in which it tells of it. */
export const AILMENTS = ['errors', 'timeouts', 'undecided'] as const;
export type Ailment = (typeof AILMENTS)[number];

/** Entrypoints that are counted; a policy set bounds them, this bounds a policy set. */
const MAX_ENTRYPOINTS = 10_000;

/** Counts by entrypoint. */
export class Rates {
  readonly #counts = new Map<string, TallyCounts>();

  add({ entrypoint, asked, errors, timeouts, undecided }: Omit<Tally, 'revision'>): void {
    if (this.#counts.size >= MAX_ENTRYPOINTS && !this.#counts.has(entrypoint)) return;
    const before = this.of(entrypoint);
    this.#counts.set(entrypoint, {
      asked: before.asked + asked,
      errors: before.errors + errors,
      timeouts: before.timeouts + timeouts,
      undecided: before.undecided + undecided,
    });
  }

  of(entrypoint: string): TallyCounts {
    return this.#counts.get(entrypoint) ?? NOTHING_ASKED;
  }

  addAll(other: Rates): void {
    for (const [entrypoint, counts] of other.#counts) this.add({ entrypoint, ...counts });
  }

  /** These, and those of `other` for entrypoints that nobody asked here. */
  completedBy(other: Rates): Rates {
    const both = new Rates();
    both.addAll(this);
    for (const [entrypoint, counts] of other.#counts) if (!this.#counts.has(entrypoint)) both.add({ entrypoint, ...counts });
    return both;
  }
}

const SLOTS = 10;

/** Counts of the last while: a window that moves on by tenths of itself. */
export class MovingRates {
  readonly #slotMs: number;
  #slots: { readonly at: number; readonly rates: Rates }[] = [];

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  add(tally: Omit<Tally, 'revision'>, now: number): void {
    this.#slotAt(now).add(tally);
  }

  /** Takes over what was counted elsewhere, as if it were of now. */
  addAll(rates: Rates, now: number): void {
    this.#slotAt(now).addAll(rates);
  }

  sum(now: number): Rates {
    this.#forget(now);
    const sum = new Rates();
    for (const { rates } of this.#slots) sum.addAll(rates);
    return sum;
  }

  #slotAt(now: number): Rates {
    const last = this.#slots.at(-1);
    if (last !== undefined && now - last.at < this.#slotMs) return last.rates;
    this.#forget(now);
    const rates = new Rates();
    this.#slots.push({ at: now, rates });
    return rates;
  }

  #forget(now: number): void {
    this.#slots = this.#slots.filter(({ at }) => now - at < this.#slotMs * SLOTS);
  }
}
