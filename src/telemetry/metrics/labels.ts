import type { Counter, Histogram } from 'prom-client';

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

/** Keeps what `make` gives for each list of labels, so that the hot path neither builds nor checks label objects. */
function remember<T>(make: (values: readonly string[]) => T): (...values: readonly string[]) => T {
  const bound = new Map<string, T>();
  return (...values) => {
    // NUL is in no label value: every one comes from a closed set or from our own code.
    const key = values.join('\0');
    const known = bound.get(key);
    if (known !== undefined) return known;
    const made = make(values);
    bound.set(key, made);
    return made;
  };
}

/** The counter with its label sets bound once. */
export function boundCounter<L extends string>(counter: Counter<L>): (...values: readonly string[]) => Counter.Internal {
  return remember((values) => counter.labels(...values));
}

/** The histogram with its label sets bound once. */
export function boundHistogram<L extends string>(histogram: Histogram<L>): (...values: readonly string[]) => Histogram.Internal<L> {
  return remember((values) => histogram.labels(...values));
}
