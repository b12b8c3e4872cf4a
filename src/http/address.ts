import { BlockList, createServer } from 'node:net';
import { GatewayError } from '../errors.js';
import { clearLocalSocket, localSocketOf } from './local-socket.js';

/** Why an address cannot be listened on. */
export function listenError(cause: NodeJS.ErrnoException, at: string): GatewayError {
  if (cause.code === 'EADDRINUSE') return new GatewayError('address_in_use', `another process listens on ${at}`, { cause });
  return new GatewayError('address_unavailable', `cannot listen on ${at}: ${cause.message}`, { cause });
}

/** Host and port as people write them. */
export function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether an address is one that only this machine can reach. */
export function isLoopback(address: string): boolean {
  // Of what is no address both say no. Told apart by a look: the pattern of IPv6 takes Node as long to compile as the rest of a start to listen.
  return LOOPBACK.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

/** Finds out whether the API can listen there. Throws `address_in_use` or `address_unavailable`. */
export async function checkAddress(bind: string, port: number): Promise<void> {
  const local = localSocketOf(bind);
  if (local === undefined) await listenOnce(bind, port);
  else await clearLocalSocket(local);
}

function listenOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer((socket) => socket.destroy());
    probe.on('error', (cause) => reject(listenError(cause, addressText(host, port))));
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}
