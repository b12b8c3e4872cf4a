import type { ListenOptions, Server } from 'node:net';
import type { Log } from '../log.js';
import { listenError } from './address.js';

/** Makes a server listen. Throws `address_in_use` or `address_unavailable`, naming `at`. */
export function listenOn(server: Server, options: ListenOptions, at: string, log: Log): Promise<void> {
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
