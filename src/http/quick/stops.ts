import type { Socket } from 'node:net';
import type { Core } from '../core.js';
import { requestIdOf } from '../door/request-id.js';
import { Elsewhere } from '../exchange.js';
import type { Reply } from '../exchange.js';
import type { PlainHeaders } from './plain-headers.js';
import type { QuickCall, QuickHandler, QuickResource } from './quick.js';

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

/** The request as the handler of a stop takes it, named. */
export function callAt(path: string, headers: PlainHeaders, { remoteAddress }: Pick<Socket, 'remoteAddress'>): QuickCall {
  return { method: 'POST', path, headers, requestId: requestIdOf(headers), remoteAddress };
}

/** The answer of a stop, also when it fails; undefined when somebody else has to answer. */
export function ask(stop: Stop, call: QuickCall, body: Uint8Array, { failed }: Pick<Core, 'failed'>): Reply | Promise<Reply> | undefined {
  try {
    return stop.handle(call, body);
  } catch (thrown) {
    return thrown instanceof Elsewhere ? undefined : failed(thrown, call);
  }
}
