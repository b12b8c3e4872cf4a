import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.js';
import { createAcceptor } from './acceptor.js';
import { addressText } from './address.js';
import { KEEP_ALIVE_GRACE_MS } from './deps.js';
import type { HttpLimits } from './deps.js';
import type { Front } from './front.js';
import { createEncrypt } from './encrypt.js';
import { listenOn } from './listen-on.js';
import { clearLocalSocket, listenPrivately, localSocketOf } from './local-socket.js';
import type { Otherwise } from './quick/lane.js';
import type { Wire } from './quick/wire.js';
import type { TlsPair } from './tls-pair.js';
import { unname } from './door/peer.js';

/** Where the server listens. */
export interface ListenAddress {
  /** Undefined for a local socket. */
  readonly host: string | undefined;
  /** 0 for a local socket. */
  readonly port: number;
  /** `http://host:port`, an IPv6 host in brackets; `unix:/path` for a local socket. */
  readonly url: string;
}

export interface HttpServer {
  /** `unix:/path` or a host. Throws `address_in_use` or `address_unavailable`. */
  listen(bind: string, port: number): Promise<ListenAddress>;
  /** Serves a connection that was accepted elsewhere and that nothing was read from. */
  adopt(socket: Socket): void;
  /** Another certificate for connections from now on. */
  renewTls(pair: TlsPair): void;
  /** Waits until somebody who is connected has had an answer, or so many ms; for nothing while nobody is. */
  answered(ms: number): Promise<void>;
  /** Goes on accepting, but every answer from now on closes its connection, so that clients go elsewhere. Idempotent. */
  leave(): void;
  /**
   * Stops accepting, lets answers under way end within the drain time, then cuts. When it was left before, no client loses a request over
   * it that asks at least once in {@link LINGER_MS}. Idempotent.
   */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly limits: HttpLimits;
  readonly log: Log;
  /** Other processes to hand connections to. */
  readonly front?: Front | undefined;
  /** Clients have to speak TLS. */
  readonly tls?: TlsPair | undefined;
  /** Stands in front of the listener, which is its `otherwise`; what it answers itself it ends by itself, looking at `leaving`. */
  readonly quick?: (parts: QuickParts) => QuickWay;
}

/** What a quick way is built on. */
export interface QuickParts {
  readonly otherwise: Otherwise;
  /** True once no connection is to be kept alive any more. */
  readonly leaving: () => boolean;
  /** Gives a connection to Node's HTTP server. */
  readonly handOver: (socket: Socket) => void;
}

export interface QuickWay {
  readonly serve: Otherwise;
  /** Gets the connections first. */
  readonly wire: Wire;
}

/** A server that was left goes on for this long with connections on which it has not yet said so, in ms. */
const LINGER_MS = 1_000;

/** How long it may take to stop listening, in ms. */
const HUSH_MS = 1_000;

export function createHttpServer(listener: Otherwise, { limits, log, front, tls, quick }: HttpServerOptions): HttpServer {
  const underWay = new Set<ServerResponse>();
  /** Connections of clients; those of serving processes come in over the local socket. */
  const clients = new Set<Socket>();
  let firstAnswer = (): void => undefined;
  const answer = new Promise<void>((resolve) => (firstAnswer = resolve));
  let lastLeft: (() => void) | undefined;
  let closing: Promise<void> | undefined;
  let left = false;

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      // How often the two request timeouts are looked at: they are late by this much at most.
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
    },
    (request, response) => serve(request, response),
  );
  // It listens on nothing by itself; but only from this event on Node looks after the timeouts of its connections.
  server.emit('listening');
  const leaving = (): boolean => left;
  const way = quick?.({ otherwise: tracked, leaving, handOver });
  const serve = way?.serve ?? tracked;

  function tracked(request: IncomingMessage, response: ServerResponse, body?: Uint8Array): void {
    // An answer that keeps its connection alive would hold up the drain until the peer thinks of leaving.
    if (leaving()) response.shouldKeepAlive = false;
    overdue.delete(request.socket);
    if (request.socket.remoteAddress === undefined && handed.has(request.socket)) unname(request);
    underWay.add(response);
    response.on('close', () => {
      underWay.delete(response);
      firstAnswer();
    });
    listener(request, response, body);
  }

  const overdue = new WeakSet<Socket>();
  // Only idle connections have a timeout here. The first one is what the client was told.
  server.on('timeout', (socket: Socket) => {
    if (overdue.has(socket)) socket.destroy();
    else {
      overdue.add(socket);
      socket.setTimeout(KEEP_ALIVE_GRACE_MS);
    }
  });

  const acceptor = createAcceptor({ take, log, maxConnections: limits.maxConnections });

  function take(socket: Socket): void {
    if (front === undefined || closing !== undefined) adopt(socket);
    else front.take(socket, () => adopt(socket));
  }

  const encrypt =
    tls === undefined ? undefined : createEncrypt({ pair: tls, handshakeTimeoutMs: limits.headersTimeoutMs, ready: converse, log });

  function adopt(socket: Socket): void {
    if (encrypt === undefined) converse(socket);
    else {
      know(socket);
      encrypt.take(socket);
    }
  }

  function know(socket: Socket): void {
    clients.add(socket);
    socket.once('close', () => {
      clients.delete(socket);
      if (clients.size === 0) lastLeft?.();
    });
  }

  /** Nothing but HTTP is spoken from here on. */
  function converse(socket: Socket): void {
    know(socket);
    if (way === undefined) handOver(socket);
    else way.wire.take(socket);
  }

  /** Connections that clients made themselves: nobody speaks for somebody else there. */
  const handed = new WeakSet<Socket>();

  function handOver(socket: Socket): void {
    // What Node's own HTTP server sets on the connections that it accepts: a peer may stop sending and still read.
    socket.allowHalfOpen = true;
    handed.add(socket);
    server.emit('connection', socket);
    socket.resume();
  }

  front?.onReturned((socket, read) => {
    socket.pause();
    socket.unshift(read);
    adopt(socket);
  });

  function leave(): void {
    left = true;
    front?.leave();
    for (const response of underWay) response.shouldKeepAlive = false;
  }

  async function drain(announced: boolean): Promise<void> {
    leave();
    const cut = setTimeout(() => {
      for (const socket of clients) socket.destroy();
      server.closeAllConnections();
    }, limits.drainMs);
    const listened = await acceptor.stop(announced ? Math.min(HUSH_MS, limits.drainMs) : 0);
    if (announced && listened) log.info({ drain_ms: limits.drainMs }, 'not listening any more: answers under way may end');
    await front?.drain();
    if (announced) await clientsLeft(LINGER_MS);
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    way?.wire.hangUp();
    for (const socket of clients) if (socket.bytesRead === 0) socket.destroySoon();
    await Promise.all([closed, clientsLeft()]);
    clearTimeout(cut);
  }

  /** Waits until no client has a connection, or so many ms. */
  async function clientsLeft(ms?: number): Promise<void> {
    if (clients.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      lastLeft = resolve;
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  return {
    async listen(bind, port) {
      if (front !== undefined) await listenOn(server, { path: front.socketPath }, front.socketPath, log);
      const local = localSocketOf(bind);
      if (local === undefined) {
        const bound = await acceptor.listen({ host: bind, port }, addressText(bind, port));
        return describe(bound as AddressInfo, tls === undefined ? 'http' : 'https');
      }
      await clearLocalSocket(local);
      await listenPrivately(local, () => acceptor.listen({ path: local }, local));
      return { host: undefined, port: 0, url: bind };
    },
    adopt,
    renewTls: (pair) => encrypt?.renew(pair),
    async answered(ms) {
      if (clients.size > 0) await Promise.race([answer, pause(ms, undefined, { ref: false })]);
    },
    leave,
    close: () => (closing ??= drain(left)),
  };
}

function describe({ address, port, family }: AddressInfo, scheme: string): ListenAddress {
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { host: address, port, url: `${scheme}://${host}:${port}` };
}
