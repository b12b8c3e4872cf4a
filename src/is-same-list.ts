/** Whether two lists hold the same, in the same order. A loop of its own: it is asked for each fact of a tool call. */
export function isSameList<T>(some: readonly T[], others: readonly T[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}
