import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { HttpDeps, HttpLimits, RequestMetrics } from './deps.js';
import { DEFAULT_LIMITS } from './deps.js';
import { errorReply } from './error-reply.js';
import type { Call } from './exchange.js';
import type { Failed } from './on-revision.js';
import { createGate } from './door/gate.js';
import { hostsIn } from './door/hosts.js';
import type { Gate } from './door/gate.js';
import { readBody } from './door/read-body.js';
import { createObserver } from './door/observer.js';
import type { Observer } from './door/observer.js';
import { peerAddress } from './door/peer.js';
import { requestIdOf } from './door/request-id.js';
import { splitTarget } from './target.js';

/** The parts that Koa and the short-cut in front of it share: what is the same function cannot answer differently. */
export interface Core {
  readonly gate: Gate;
  readonly observe: Observer;
  readonly limits: HttpLimits;
  readonly callOf: (request: IncomingMessage) => Call;
  readonly failed: Failed;
}

/** What the core is built from. */
export interface CoreDeps extends Pick<HttpDeps, 'token' | 'log' | 'limits'> {
  readonly metrics: RequestMetrics;
  /** Nobody reads debug lines. */
  readonly quiet?: boolean;
}

export function createCore(deps: CoreDeps): Core {
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...deps.limits };
  return {
    gate: createGate(deps),
    observe: createObserver(deps),
    limits,
    callOf: (request) => new IncomingCall(request, limits.maxBodyBytes),
    failed: (thrown, call) => errorReply(thrown, call, deps.log),
  };
}

/** A request of node:http as a call. A class, for one is made for every request: its shape is known and its body costs no closure. */
class IncomingCall implements Call {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  readonly #request: IncomingMessage;
  readonly #limit: number;

  constructor(request: IncomingMessage, limit: number) {
    const { path, query } = splitTarget(request.url);
    this.path = path;
    this.query = query;
    this.method = request.method ?? 'GET';
    this.headers = request.headers;
    this.requestId = requestIdOf(request.headers);
    this.#request = request;
    this.#limit = limit;
  }

  get remoteAddress(): string | undefined {
    return peerAddress(this.#request);
  }

  get hosts(): number {
    return hostsIn(this.#request.rawHeaders);
  }

  body(): Promise<Uint8Array> {
    return readBody(this.#request, this.#limit);
  }
}
