import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Log } from '../log.js';
import type { TlsPair } from './tls-pair.js';

/** Speaks TLS on connections that were accepted elsewhere. */
export interface Encrypt {
  /** Calls back with the plain side of the connection once its peer has shaken hands. */
  take(socket: Socket): void;
  /** For connections from now on. */
  renew(pair: TlsPair): void;
}

export interface EncryptOptions {
  readonly pair: TlsPair;
  readonly handshakeTimeoutMs: number;
  readonly ready: (socket: Socket) => void;
  readonly log: Log;
}

export function createEncrypt({ pair, handshakeTimeoutMs, ready, log }: EncryptOptions): Encrypt {
  const server = createServer({ ...pair, handshakeTimeout: handshakeTimeoutMs, ALPNProtocols: ['http/1.1'] }, ready);
  server.on('tlsClientError', (err, socket) => {
    log.debug({ err }, 'a connection did not become a TLS connection');
    socket.destroy();
  });
  return {
    take: (socket) => void server.emit('connection', socket),
    renew: (next) => server.setSecureContext(next),
  };
}
