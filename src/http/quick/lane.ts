import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../../log.js';
import type { Core } from '../core.js';
import type { Reply } from '../exchange.js';
import { abandon, writeReply } from '../write-reply.js';
import type { KnownHead, KnownHeads } from './known-heads.js';
import { plainHeaders } from './plain-headers.js';
import type { PlainHeaders } from './plain-headers.js';
import type { QuickResource } from './quick.js';
import { ask, callAt, createStops } from './stops.js';

/** Takes a request that the quick lane leaves; `body` when it was read already. */
export type Otherwise = (request: IncomingMessage, response: ServerResponse, body?: Uint8Array) => void;

export interface QuickLaneOptions {
  readonly core: Pick<Core, 'gate' | 'observe' | 'failed' | 'limits'>;
  readonly resources: readonly QuickResource[];
  /** Takes down the heads of requests, so that they are recognised on the wire. */
  readonly heads: KnownHeads;
  readonly otherwise: Otherwise;
  /** True once no connection is to be kept alive any more. */
  readonly leaving: () => boolean;
  readonly log: Log;
}

/** A body beyond this has hardly a quick decision in it; read here it would only be sent on. */
const MAX_QUICK_BYTES = 256 * 1024;

/** Requests after which a connection that could be served on the wire is asked to come again: its first one came before anybody knew it. */
const REQUESTS_A_CONNECTION = 1_000;

/**
 * Answers the usual decision request in one go: from the last byte of its body to its answer nothing waits, so nothing is allocated for
 * waiting. Whatever is not usual (a switch, a packed body, a missing token) is left to the others, who know what to say about it.
 */
export function createQuickLane({ core, resources, heads, otherwise, leaving, log }: QuickLaneOptions): Otherwise {
  const maxBytes = Math.min(MAX_QUICK_BYTES, core.limits.maxBodyBytes);
  const stopFor = createStops(resources);
  const asked = new WeakMap<Socket, number>();

  /** Learns the head of the first request of each connection, and of one in a thousand; the latter tells a connection to come again. */
  function learn(request: IncomingMessage, response: ServerResponse, known: KnownHead): void {
    const count = asked.get(request.socket) ?? 0;
    asked.set(request.socket, count + 1);
    if (count % REQUESTS_A_CONNECTION === 0 && heads.learn(request, known) && count > 0) response.shouldKeepAlive = false;
  }

  return (request, response) => {
    const path = request.url ?? '';
    const stop = request.method === 'POST' ? stopFor(path) : undefined;
    const headers = stop === undefined ? undefined : plainHeaders(request.rawHeaders);
    if (
      stop === undefined ||
      headers === undefined ||
      !isUsual(headers, maxBytes) ||
      !core.gate.admits({ method: 'POST', path, headers })
    ) {
      otherwise(request, response);
      return;
    }
    learn(request, response, { path, headers, stop });
    const call = callAt(path, headers, request.socket);
    const chunks: Buffer[] = [];
    const start = performance.now();
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [only] = chunks;
      const body = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
      const reply = ask(stop, call, body, core);
      if (reply === undefined) {
        otherwise(request, response, body);
        return;
      }
      const finish = (known: Reply): void => {
        if (leaving()) response.shouldKeepAlive = false;
        writeReply(response, call.requestId, known);
        core.observe(call, stop.route, known, start);
      };
      if (reply instanceof Promise) {
        reply.then(finish).catch((thrown: unknown) => abandon(response, thrown, log));
      } else finish(reply);
    });
  };
}

/** JSON as it is, of a size that is said beforehand. */
function isUsual(headers: PlainHeaders, maxBytes: number): boolean {
  if (headers['content-encoding'] !== undefined || headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return false;
  if (headers['content-type']?.includes('yaml') === true) return false;
  return Number(headers['content-length'] ?? 0) <= maxBytes;
}
