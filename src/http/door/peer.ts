import type { IncomingMessage } from 'node:http';

/** Tells the main process whom a serving process speaks for. Serving processes set it, whatever the caller sent. */
export const PEER_HEADER = 'x-defenseclaw-peer';

/** Takes away what a client that is not a serving process says of itself there. */
export function unname({ headers }: IncomingMessage): void {
  if (PEER_HEADER in headers) headers[PEER_HEADER] = '';
}

/** Address of the peer. Local sockets, over which serving processes hand requests on, have none of their own: there the header counts. */
export function peerAddress({ socket, headers }: IncomingMessage): string | undefined {
  if (socket.remoteAddress !== undefined || socket.destroyed || socket.localAddress !== undefined) return socket.remoteAddress;
  const named = headers[PEER_HEADER];
  return typeof named === 'string' && named !== '' ? named : undefined;
}
