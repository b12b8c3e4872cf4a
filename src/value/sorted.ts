/** Sorts in place unless sorted, and of equal items keeps one (Array sort is stable). */
export function sortedUnique<T>(items: T[], compare: (a: T, b: T) => number, keep: 'first' | 'last'): T[] {
  if (ascending(items, compare)) return items;
  items.sort(compare);
  const step = keep === 'first' ? -1 : 1;
  return items.filter((item, index) => {
    const neighbour = items[index + step];
    return neighbour === undefined || compare(item, neighbour) !== 0;
  });
}

function ascending<T>(items: readonly T[], compare: (a: T, b: T) => number): boolean {
  for (let index = 1; index < items.length; index++) {
    if (compare(items[index - 1] as T, items[index] as T) >= 0) return false;
  }
  return true;
}

/** Binary search: index of the item for which `compare` is 0, or -1. */
export function findSorted<T>(items: readonly T[], compare: (item: T) => number): number {
  let low = 0;
  let high = items.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compare(items[middle] as T);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
