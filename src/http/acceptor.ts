import { createServer } from 'node:net';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.js';
import { listenOn } from './listen-on.js';

/** Accepts connections and gives them out; nothing was read from them yet. */
export interface Acceptor {
  /** Throws `address_in_use` or `address_unavailable`, naming `at`. */
  listen(options: ListenOptions, at: string): Promise<AddressInfo | string | null>;
  /** Stops listening. With patience, in ms, no connection is lost over it as long as clients wait for their answers. False: it did not listen. */
  stop(patienceMs: number): Promise<boolean>;
}

export interface AcceptorOptions {
  readonly take: (socket: Socket) => void;
  /** Connections that are open in this process at the same time. */
  readonly maxConnections: number;
  readonly log: Log;
}

/** Ms between two looks at who came, and looks that find nobody until everybody is taken to wait for an answer. */
const LOOK_MS = 10;
const QUIET_LOOKS = 10;

export function createAcceptor({ take, maxConnections, log }: AcceptorOptions): Acceptor {
  let held: Socket[] | undefined;
  let accepted = 0;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
    accepted += 1;
    if (held === undefined) take(socket);
    else held.push(socket);
  });
  server.maxConnections = maxConnections;

  /**
   * A listener that closes resets the connections that wait in its queue, and no call turns away newcomers alone. So what comes in is
   * kept waiting for a moment: clients that want an answer first do not come again, and the listener closes while nobody stands before it.
   */
  async function hush(patienceMs: number): Promise<void> {
    const until = performance.now() + patienceMs;
    let quiet = 0;
    // Looks are counted, not time: a process that does not get to run has not looked.
    while (quiet < QUIET_LOOKS && performance.now() < until) {
      await pause(LOOK_MS);
      quiet = (await emptyQueue()) ? quiet + 1 : 0;
    }
  }

  /** Accepts who stands in the queue, one in each turn of the loop. Tells whether nobody did. */
  async function emptyQueue(): Promise<boolean> {
    const before = accepted;
    let last: number;
    do {
      last = accepted;
      await nextTurn();
    } while (accepted !== last);
    return accepted === before;
  }

  return {
    async listen(options, at) {
      await listenOn(server, options, at, log);
      return server.address();
    },
    async stop(patienceMs) {
      if (!server.listening) return false;
      held = [];
      if (patienceMs > 0) await hush(patienceMs);
      server.close();
      for (const socket of held) take(socket);
      return true;
    },
  };
}
