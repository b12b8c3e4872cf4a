import { createServer } from 'node:net';
import { GatewayError } from '../errors.js';

/** Why an address cannot be listened on. */
export function listenError(cause: NodeJS.ErrnoException, at: string): GatewayError {
  if (cause.code === 'EADDRINUSE') return new GatewayError('address_in_use', `another process listens on ${at}`, { cause });
  return new GatewayError('address_unavailable', `cannot listen on ${at}: ${cause.message}`, { cause });
}

/** Host and port as people write them. */
export function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Listens for a moment, to find out whether that is possible. Throws `address_in_use` or `address_unavailable`. */
export function checkAddress(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer((socket) => socket.destroy());
    probe.on('error', (cause) => reject(listenError(cause, addressText(host, port))));
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}
