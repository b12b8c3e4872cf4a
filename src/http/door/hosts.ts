const HOST = 'host';

/** How many `Host` headers a flat list of names and values holds: Node's own view of the headers keeps the first alone. */
export function hostsIn(raw: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index];
    if (name?.length === HOST.length && name.toLowerCase() === HOST) count += 1;
  }
  return count;
}
