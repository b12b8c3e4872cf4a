/** Path and query of a request line, as they were sent: nothing is decoded, merged or cleaned. */
export interface Target {
  readonly path: string;
  readonly query: string;
}

export function splitTarget(url: string | undefined): Target {
  const target = withoutOrigin(url ?? '/');
  const mark = target.indexOf('?');
  return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** A proxy may send `http://host/path`; the path is what counts. */
function withoutOrigin(url: string): string {
  if (url.startsWith('/')) return url;
  const scheme = url.indexOf('://');
  const slash = scheme === -1 ? -1 : url.indexOf('/', scheme + 3);
  return slash === -1 ? url : url.slice(slash);
}
