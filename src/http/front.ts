import type { Socket } from 'node:net';

/** Other processes that answer what comes in. What they cannot answer they send on to `socketPath`. */
export interface Front {
  /** Local socket on which this process takes what it is sent on. */
  readonly socketPath: string;
  /** Hands a connection over that nothing was read from yet. Where nobody can take it, it is to be served here. */
  take(socket: Socket, serveHere: () => void): void;
  /** Who serves a connection that was taken and given back, with the bytes that were read from it. */
  onReturned(serveHere: (socket: Socket, read: Uint8Array) => void): void;
  /** From now on every answer asks its client to come no more on this connection. */
  leave(): void;
  /** Lets the answers under way end; after that no request is sent on any more. */
  drain(): Promise<void>;
}
