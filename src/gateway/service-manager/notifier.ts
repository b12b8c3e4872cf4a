import { execFile } from 'node:child_process';
import type { Log } from '../../log.js';

/** Tells a service manager how this process is. */
export interface Notifier {
  /** Sends these variables (`READY=1`, `STATUS=...`), after everything that was sent before. Never rejects. */
  readonly send: (...variables: readonly string[]) => Promise<void>;
}

export interface NotifierOptions {
  /** Where the manager listens: `NOTIFY_SOCKET` as it gave it. */
  readonly socket: string;
  /** The search path for `systemd-notify`. */
  readonly path: string | undefined;
  readonly log: Log;
}

const COMMAND = 'systemd-notify';

/** The command waits until the manager has taken the message, for 5 s at most by itself. */
const SEND_MS = 10_000;

/** Room for what the command says of its failure. */
const MAX_OUTPUT_BYTES = 16 * 1024;

/**
 * Notifies through `systemd-notify`, which is wherever systemd is. Node has no datagram sockets of the local kind, and a native module for one
 * would have to be compiled or trusted for the sake of some bytes; the command also waits until the manager has read the message, so that the
 * manager still knows whose it is. The unit says `NotifyAccess=all`, since a child speaks.
 */
export function createNotifier({ socket, path, log }: NotifierOptions): Notifier {
  let queue: Promise<void> = Promise.resolve();
  let failing = false;

  async function run(variables: readonly string[]): Promise<void> {
    const failure = await notify(variables, { NOTIFY_SOCKET: socket, ...(path === undefined ? {} : { PATH: path }) });
    // Said once, not for every beat of the watchdog.
    if (failure !== undefined && !failing)
      log.warn({ err: failure, socket }, `the service manager cannot be told: ${failure.message.trim()}`);
    failing = failure !== undefined;
  }

  return {
    send(...variables) {
      queue = queue.then(() => run(variables));
      return queue;
    },
  };
}

function notify(variables: readonly string[], env: Readonly<Record<string, string>>): Promise<Error | undefined> {
  return new Promise((resolve) => {
    execFile(COMMAND, variables, { env, timeout: SEND_MS, maxBuffer: MAX_OUTPUT_BYTES }, (error) => resolve(error ?? undefined));
  });
}
