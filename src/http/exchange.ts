import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** What a handler knows of one request: facts alone, no socket, so that it runs the same behind Koa and in front of it. */
export interface Call {
  readonly method: string;
  /** Path as it was sent: still percent-encoded, without the query. */
  readonly path: string;
  /** Query as it was sent, without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** How many `Host` headers came: more than one may be read as another request by somebody else on the way. */
  readonly hosts: number;
  readonly requestId: string;
  /** Address of the peer, as the socket tells it. */
  readonly remoteAddress: string | undefined;
  /** Reads the whole body, once. Throws `request_too_large` or {@link BodyAborted}. */
  body(): Promise<Uint8Array>;
}

/** One answer, made anew for each request. `Content-Length` is added when it is written. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
  /** The answer goes on after `body`: called with it once its head is out, to be ended by whoever it is given to. */
  readonly follow?: (response: ServerResponse) => void;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

/** One resource: a path and what each method does there. Any other method is answered 405. */
export interface Resource {
  /** Exact path, or the start of a path when `below` is set. Also the route label of metrics. */
  readonly path: string;
  /** Everything below `path` belongs to it as well. */
  readonly below?: boolean;
  readonly methods: Readonly<Record<string, Handler>>;
  /** Methods that the short-cut in front of Koa serves too. */
  readonly hot?: readonly string[];
}

/** The paths that are open to everybody: how it is, whether it lives, whether it can decide. */
export const HEALTH_PATH = '/health';
export const LIVE_PATH = '/health/live';
export const READY_PATH = '/health/ready';

/** The one path whose answers last. */
export const EVENTS_PATH = '/policy/events';

/** The two families of routes: they differ in error shape and in what a cross-site check asks for. */
export type Surface = 'defenseclaw' | 'opa';

const OPA_ROOTS = ['/v1/data', '/v1/batch/data', '/v1/policies', '/v1/query', '/v1/compile', '/v1/status', '/v1/config', '/v0/data'];

/** Which family a path belongs to, known or not. */
export function surfaceOf(path: string): Surface {
  if (path === '/') return 'opa';
  return OPA_ROOTS.some((root) => path.startsWith(root) && (path.length === root.length || path[root.length] === '/'))
    ? 'opa'
    : 'defenseclaw';
}

/** This process cannot answer the request as it should be answered: the main process has to. Never an answer by itself. */
export class Elsewhere extends Error {
  override readonly name = 'Elsewhere';
}

/** The peer went away before its body was whole: nobody is left to answer. */
export class BodyAborted extends Error {
  override readonly name = 'BodyAborted';
}
