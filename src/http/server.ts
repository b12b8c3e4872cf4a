import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import type { HttpLimits } from './deps.js';
import { boundRest, mayGoOn } from './door/read-body.js';

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
  /** Stops accepting, lets answers under way end within the drain time, then cuts. Idempotent. */
  close(): Promise<void>;
}

export function createHttpServer(listener: RequestListener, limits: HttpLimits, log: Log): HttpServer {
  const underWay = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      // How often the two request timeouts are looked at: they are late by this much at most.
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
    },
    (request, response) => {
      // An answer that keeps its connection alive would hold up the drain until the peer thinks of leaving.
      if (closing !== undefined) response.shouldKeepAlive = false;
      underWay.add(response);
      response.on('close', () => underWay.delete(response));
      if (mayGoOn(request)) {
        response.on('prefinish', () => {
          if (!request.complete) boundRest(request);
        });
      }
      listener(request, response);
    },
  );
  server.maxConnections = limits.maxConnections;

  async function drain(): Promise<void> {
    for (const response of underWay) response.shouldKeepAlive = false;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeIdleConnections();
    const deadline = setTimeout(() => server.closeAllConnections(), limits.drainMs);
    await closed;
    clearTimeout(deadline);
  }

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        const onError = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, host, port));
        server.once('error', onError);
        server.listen({ host, port }, () => {
          server.off('error', onError);
          // Accepting can fail later on (no file descriptors left); the next connection may do better.
          server.on('error', (err) => log.warn({ err }, 'a connection could not be accepted'));
          resolve(describe(server.address() as AddressInfo));
        });
      }),
    close: () => (closing ??= drain()),
  };
}

function describe({ address, port, family }: AddressInfo): ListenAddress {
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { host: address, port, url: `http://${host}:${port}` };
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): GatewayError {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (cause.code === 'EADDRINUSE') return new GatewayError('address_in_use', `another process listens on ${at}`, { cause });
  return new GatewayError('address_unavailable', `cannot listen on ${at}: ${cause.message}`, { cause });
}
