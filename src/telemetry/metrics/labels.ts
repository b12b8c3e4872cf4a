import { Counter, type CounterConfiguration } from 'prom-client';
import type { HistogramSeries, QuickHistogram } from './quick-histogram.js';

/** Label for values that are not known: callers must not be able to grow the number of series. */
export const OTHER = 'other';

/** Maps anything to one of a closed list of words. */
export function closedSet(words: readonly string[]): (value: string) => string {
  const known = new Set(words);
  return (value) => {
    if (known.has(value)) return value;
    const lower = value.toLowerCase();
    return known.has(lower) ? lower : OTHER;
  };
}

/** What was made for the label values on the way here, and the ways further on. */
interface Branch<T> {
  readonly next: Map<string, Branch<T>>;
  made: T | undefined;
}

/** Keeps what `make` gives for each list of labels, so that the hot path neither builds nor checks label objects. */
function remember<T>(make: (values: readonly string[]) => T): (...values: readonly string[]) => T {
  const root: Branch<T> = { next: new Map(), made: undefined };
  return (...values) => {
    let branch = root;
    for (const value of values) {
      let next = branch.next.get(value);
      if (next === undefined) {
        next = { next: new Map(), made: undefined };
        branch.next.set(value, next);
      }
      branch = next;
    }
    branch.made ??= make(values);
    return branch.made;
  };
}

/** One set of labels of a counter. */
export interface CounterSeries {
  inc(): void;
}

/** The counter with its label sets bound once. Increments are added up here and handed over when somebody looks. */
export function boundCounter<L extends string>(
  configuration: CounterConfiguration<L> & { readonly labelNames: readonly L[] },
): (...values: readonly string[]) => CounterSeries {
  const series: { readonly labels: readonly string[]; pending: number; inc(): void }[] = [];
  new Counter({
    ...configuration,
    collect() {
      for (const one of series) {
        if (one.pending > 0) this.labels(...one.labels).inc(one.pending);
        one.pending = 0;
      }
    },
  });
  return remember((labels) => {
    const one = {
      labels,
      pending: 0,
      inc(): void {
        this.pending += 1;
      },
    };
    series.push(one);
    return one;
  });
}

/** The histogram with its label sets bound once. */
export function boundHistogram<L extends string>(histogram: QuickHistogram<L>): (...values: readonly string[]) => HistogramSeries {
  return remember((values) => histogram.series(values));
}
