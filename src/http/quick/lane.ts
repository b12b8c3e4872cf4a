import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../log.js';
import type { Core } from '../core.js';
import { peerAddress } from '../door/peer.js';
import { requestIdOf } from '../door/request-id.js';
import { Elsewhere } from '../exchange.js';
import type { Reply } from '../exchange.js';
import { writeReply } from '../write-reply.js';
import { plainHeaders } from './plain-headers.js';
import type { PlainHeaders } from './plain-headers.js';
import type { QuickCall, QuickHandler, QuickResource } from './quick.js';

/** Takes a request that the quick lane leaves; `body` when it was read already. */
export type Otherwise = (request: IncomingMessage, response: ServerResponse, body?: Uint8Array) => void;

export interface QuickLaneOptions {
  readonly core: Pick<Core, 'gate' | 'observe' | 'failed'>;
  readonly resources: readonly QuickResource[];
  readonly otherwise: Otherwise;
  /** True once no connection is to be kept alive any more. */
  readonly leaving: () => boolean;
  readonly log: Log;
}

/** A body beyond this has hardly a quick decision in it; read here it would only be sent on. */
const MAX_BODY_BYTES = 256 * 1024;

/** Callers choose the paths, so only so many are remembered; most ask the same few. */
const MAX_PATHS = 1024;

interface Stop {
  readonly route: string;
  readonly handle: QuickHandler;
}

/**
 * Answers the usual decision request in one go: from the last byte of its body to its answer nothing waits, so nothing is allocated for
 * waiting. Whatever is not usual (a switch, a packed body, a missing token) is left to the others, who know what to say about it.
 */
export function createQuickLane({ core, resources, otherwise, leaving, log }: QuickLaneOptions): Otherwise {
  const stops = new Map<string, Stop | undefined>();

  function stopFor(path: string): Stop | undefined {
    if (stops.has(path)) return stops.get(path);
    const found = resources.find((resource) => isServedBy(resource, path));
    const handle = found?.handlerFor(path);
    const stop = found === undefined || handle === undefined ? undefined : { route: found.path, handle };
    if (stops.size >= MAX_PATHS) stops.clear();
    stops.set(path, stop);
    return stop;
  }

  return (request, response) => {
    const path = request.url ?? '';
    const stop = request.method === 'POST' && !path.includes('?') ? stopFor(path) : undefined;
    const headers = stop === undefined ? undefined : plainHeaders(request.rawHeaders);
    if (stop === undefined || headers === undefined || !isUsual(headers) || !core.gate.admits({ method: 'POST', path, headers })) {
      otherwise(request, response);
      return;
    }
    const call: QuickCall = new UsualCall(request, path, headers);
    const chunks: Buffer[] = [];
    const start = performance.now();
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [only] = chunks;
      const body = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
      let reply: Reply | Promise<Reply>;
      try {
        reply = stop.handle(call, body);
      } catch (thrown) {
        if (thrown instanceof Elsewhere) {
          otherwise(request, response, body);
          return;
        }
        reply = core.failed(thrown, call);
      }
      const finish = (known: Reply): void => {
        if (leaving()) response.shouldKeepAlive = false;
        writeReply(response, call.requestId, known);
        core.observe(call, stop.route, known, start);
      };
      if (reply instanceof Promise) {
        reply.then(finish).catch((thrown: unknown) => {
          log.error({ err: thrown, path }, 'an answer could not be written');
          response.destroy();
        });
      } else finish(reply);
    });
  };
}

function isServedBy(resource: QuickResource, path: string): boolean {
  if (path === resource.path) return true;
  return resource.below === true && path.startsWith(resource.path) && path[resource.path.length] === '/';
}

/** JSON as it is, of a size that is said beforehand. */
function isUsual(headers: PlainHeaders): boolean {
  if (headers['content-encoding'] !== undefined || headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return false;
  if (headers['content-type']?.includes('yaml') === true) return false;
  return Number(headers['content-length'] ?? 0) <= MAX_BODY_BYTES;
}

class UsualCall implements QuickCall {
  readonly method = 'POST';
  readonly path: string;
  readonly query = '';
  readonly headers: PlainHeaders;
  readonly requestId: string;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage, path: string, headers: PlainHeaders) {
    this.path = path;
    this.headers = headers;
    this.requestId = requestIdOf(headers);
    this.#request = request;
  }

  get remoteAddress(): string | undefined {
    return peerAddress(this.#request);
  }
}
