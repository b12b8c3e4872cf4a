/** Calls in flight at once: enough to keep the four threads of libuv's pool busy, few enough to leave the event loop free. */
const IN_FLIGHT = 16;

/** `Promise.all` over `items` with a bounded number of calls in flight; results in the order of the items. */
export async function mapBounded<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  async function drain(): Promise<void> {
    for (const [index, item] of queue) results[index] = await work(item);
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, drain));
  return results;
}
