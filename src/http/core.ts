import type { IncomingMessage } from 'node:http';
import { DEFAULT_LIMITS } from './deps.js';
import type { HttpDeps, HttpLimits } from './deps.js';
import { errorReply } from './error-reply.js';
import type { Call } from './exchange.js';
import type { Failed } from './on-revision.js';
import { createGate } from './door/gate.js';
import type { Gate } from './door/gate.js';
import { readBody } from './door/read-body.js';
import { createObserver } from './door/observer.js';
import type { Observer } from './door/observer.js';
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

export function createCore(deps: HttpDeps): Core {
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...deps.limits };
  return {
    gate: createGate(deps),
    observe: createObserver(deps),
    limits,
    callOf: (request) => ({
      ...splitTarget(request.url),
      method: request.method ?? 'GET',
      headers: request.headers,
      requestId: requestIdOf(request.headers),
      remoteAddress: request.socket.remoteAddress,
      body: () => readBody(request, limits.maxBodyBytes),
    }),
    failed: (thrown, call) => errorReply(thrown, call, deps.log),
  };
}
