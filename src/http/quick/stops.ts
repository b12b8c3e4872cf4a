import type { QuickHandler, QuickResource } from './quick.js';

/** Where a path leads. */
export interface Stop {
  /** Route label for metrics. */
  readonly route: string;
  readonly handle: QuickHandler;
}

/** Callers choose the paths, so only so many are remembered; most ask the same few. */
const MAX_PATHS = 1024;

/** Finds what serves a path by POST, once for each path. */
export function createStops(resources: readonly QuickResource[]): (path: string) => Stop | undefined {
  const stops = new Map<string, Stop | undefined>();
  return (path) => {
    if (stops.has(path)) return stops.get(path);
    const found = resources.find((resource) => isServedBy(resource, path));
    const handle = found?.handlerFor(path);
    const stop = found === undefined || handle === undefined ? undefined : { route: found.path, handle };
    if (stops.size >= MAX_PATHS) stops.clear();
    stops.set(path, stop);
    return stop;
  };
}

function isServedBy(resource: QuickResource, path: string): boolean {
  if (path === resource.path) return true;
  return resource.below === true && path.startsWith(resource.path) && path[resource.path.length] === '/';
}
