import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { GatewayError } from '../errors.js';

const PREFIX = 'unix:';

/** Nobody but the user that the gateway runs as may connect. */
const MODE = 0o600;

/** Path of the local socket that a bind address names; undefined for a host. */
export function localSocketOf(bind: string): string | undefined {
  return bind.startsWith(PREFIX) ? bind.slice(PREFIX.length) : undefined;
}

/** Whether somebody listens on a local socket. One that cannot be asked counts as answered: it is not ours to judge. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.on('connect', () => settle(true));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => settle(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

/**
 * Removes the local socket of a process that is gone, so that the path can be listened on. Throws `address_in_use` when its owner lives,
 * `address_unavailable` when something else lies there.
 */
export async function clearLocalSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new GatewayError(
      'address_unavailable',
      `cannot listen on ${path}: Expected nothing there, or the socket of a gateway that is gone`,
    );
  }
  if (await isAnswered(path)) throw new GatewayError('address_in_use', `another process listens on ${path}`);
  unlinkSync(path);
}

/** Runs `listen`, which makes the socket at `path`, so that nobody else can connect at any moment. */
export async function listenPrivately(path: string, listen: () => Promise<unknown>): Promise<void> {
  // The umask belongs to the whole process: a thread cannot change it. The call makes the socket before it returns.
  const before = isMainThread ? process.umask(0o777 & ~MODE) : undefined;
  const listening = listen();
  if (before !== undefined) process.umask(before);
  await listening;
  chmodSync(path, MODE);
}
