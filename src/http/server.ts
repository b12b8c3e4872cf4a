import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createAcceptor } from 'node:net';
import type { AddressInfo, ListenOptions, Server, Socket } from 'node:net';
import type { Log } from '../log.js';
import { addressText, listenError } from './address.js';
import { KEEP_ALIVE_GRACE_MS } from './deps.js';
import type { HttpLimits } from './deps.js';
import type { Front } from './front.js';
import type { Otherwise } from './quick/lane.js';
import type { Wire } from './quick/wire.js';

/** Where the server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`, an IPv6 host in brackets. */
  readonly url: string;
}

export interface HttpServer {
  /** Throws `address_in_use` or `address_unavailable`. */
  listen(host: string, port: number): Promise<ListenAddress>;
  /** Listens on a local socket alone. */
  listenLocally(path: string): Promise<void>;
  /** Serves a connection that was accepted elsewhere. */
  adopt(socket: Socket): void;
  /** Goes on accepting, but every answer from now on closes its connection, so that clients go elsewhere. Idempotent. */
  leave(): void;
  /** Stops accepting, lets answers under way end within the drain time, then cuts. Idempotent. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly limits: HttpLimits;
  readonly log: Log;
  /** Other processes to hand connections to. */
  readonly front?: Front | undefined;
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

export function createHttpServer(listener: Otherwise, { limits, log, front, quick }: HttpServerOptions): HttpServer {
  const underWay = new Set<ServerResponse>();
  /** Connections that the server did not accept itself: it does not wait for them when it closes. */
  const adopted = new Set<Socket>();
  let allLeft: (() => void) | undefined;
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
  const leaving = (): boolean => left;
  const way = quick?.({ otherwise: tracked, leaving, handOver });
  const serve = way?.serve ?? tracked;

  function tracked(request: IncomingMessage, response: ServerResponse, body?: Uint8Array): void {
    // An answer that keeps its connection alive would hold up the drain until the peer thinks of leaving.
    if (leaving()) response.shouldKeepAlive = false;
    overdue.delete(request.socket);
    underWay.add(response);
    response.on('close', () => underWay.delete(response));
    listener(request, response, body);
  }

  server.maxConnections = limits.maxConnections;

  const overdue = new WeakSet<Socket>();
  // Only idle connections have a timeout here. The first one is what the client was told.
  server.on('timeout', (socket: Socket) => {
    if (overdue.has(socket)) socket.destroy();
    else {
      overdue.add(socket);
      socket.setTimeout(KEEP_ALIVE_GRACE_MS);
    }
  });

  function adopt(socket: Socket): void {
    if (way === undefined || closing !== undefined) handOver(socket);
    else way.wire.take(socket);
  }

  function handOver(socket: Socket): void {
    // What Node's own HTTP server sets on the connections that it accepts: a peer may stop sending and still read.
    socket.allowHalfOpen = true;
    adopted.add(socket);
    socket.once('close', () => {
      adopted.delete(socket);
      if (adopted.size === 0) allLeft?.();
    });
    server.emit('connection', socket);
    socket.resume();
  }

  /** Accepts for the front. Nothing is read before it is known who does. */
  function createFrontDoor(distributor: Front): Server {
    const door = createAcceptor({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
      if (closing !== undefined) adopt(socket);
      else distributor.take(socket, () => adopt(socket));
    });
    door.maxConnections = limits.maxConnections;
    return door;
  }

  const door = front === undefined ? undefined : createFrontDoor(front);

  function leave(): void {
    left = true;
    front?.leave();
    for (const response of underWay) response.shouldKeepAlive = false;
  }

  async function drain(): Promise<void> {
    leave();
    const deadline = setTimeout(() => {
      server.closeAllConnections();
      way?.wire.cut();
    }, limits.drainMs);
    door?.close();
    await front?.drain();
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeIdleConnections();
    await Promise.all([closed, way?.wire.drain(), adoptedLeft()]);
    clearTimeout(deadline);
  }

  async function adoptedLeft(): Promise<void> {
    if (adopted.size > 0) await new Promise<void>((resolve) => (allLeft = resolve));
  }

  return {
    async listen(host, port) {
      if (front !== undefined) await listening(server, { path: front.socketPath }, front.socketPath, log);
      const face = door ?? server;
      await listening(face, { host, port }, addressText(host, port), log);
      return describe(face.address() as AddressInfo);
    },
    listenLocally: (path) => listening(server, { path }, path, log),
    adopt,
    leave,
    close: () => (closing ??= drain()),
  };
}

function listening(server: Server, options: ListenOptions, at: string, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, at));
    server.once('error', onError);
    server.listen(options, () => {
      server.off('error', onError);
      // Accepting can fail later on (no file descriptors left); the next connection may do better.
      server.on('error', (err) => log.warn({ err }, 'a connection could not be accepted'));
      resolve();
    });
  });
}

function describe({ address, port, family }: AddressInfo): ListenAddress {
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { host: address, port, url: `http://${host}:${port}` };
}
