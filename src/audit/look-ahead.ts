/** Items one by one, with a view of those to come. */
export interface LookAhead<T> {
  /** Undefined at the end. */
  next(): T | undefined;
  /** The items to come, at most so many. */
  coming(most: number): readonly T[];
}

export function createLookAhead<T>(items: Iterable<T>): LookAhead<T> {
  const iterator = items[Symbol.iterator]();
  const seen: T[] = [];
  const read = (): T | undefined => {
    const result = iterator.next();
    return result.done === true ? undefined : result.value;
  };
  return {
    next: () => seen.shift() ?? read(),
    coming: (most) => {
      while (seen.length < most) {
        const item = read();
        if (item === undefined) break;
        seen.push(item);
      }
      return seen;
    },
  };
}
