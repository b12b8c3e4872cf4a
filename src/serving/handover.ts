import type { Socket } from 'node:net';
import type { Claims } from './claims.js';

/** A process takes a connection within a millisecond; one that has not by now is stopped, or has other things to do. */
const TAKE_MS = 250;

/** Sends a connection to the process, keeping our end open; `failed` when it does not get there. */
export type SendConnection = (number: number, socket: Socket, failed: () => void) => void;

interface Handed {
  readonly socket: Socket;
  readonly otherwise: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Connections on their way to one process. Our end of each stays open until the process says that it has it, so that one which is
 * never taken can be answered by somebody else. One is on its way at a time: Node would keep the next ones for later, and send them
 * although they were taken back and served by a server of ours meanwhile, which then waits for the process when it closes.
 */
export class Handover {
  readonly #claims: Claims;
  readonly #send: SendConnection;
  readonly #handed = new Map<number, Handed>();
  /** Sent, and the process has not said yet what it makes of it; possibly taken back. */
  #underWay: number | undefined;
  #last = 0;

  constructor(claims: Claims, send: SendConnection) {
    this.#claims = claims;
    this.#send = send;
  }

  get size(): number {
    return this.#handed.size;
  }

  /** Calls `otherwise`, once and never before it returns, when the process does not take the connection. */
  give(socket: Socket, otherwise: () => void): void {
    this.#last = (this.#last + 1) >>> 0;
    const number = this.#last;
    const timer = setTimeout(() => this.#revoke(number), TAKE_MS);
    this.#handed.set(number, { socket, otherwise, timer });
    this.#sendNext();
  }

  /** The process reads from it. */
  taken(number: number): void {
    // Closes our end alone: the connection lives as long as the process has it.
    this.#remove(number)?.socket.destroy();
    this.#settled(number);
  }

  /** The process does not read from it, and never will. */
  left(number: number): void {
    this.#remove(number)?.otherwise();
    this.#settled(number);
  }

  /** The process is gone, and with it its ends. */
  ended(): void {
    for (const number of [...this.#handed.keys()]) this.#remove(number)?.otherwise();
  }

  /** Numbers grow with time, so what was handed over before this one is overdue as well. */
  #revoke(number: number): void {
    const isOurs = this.#claims.revoke(number);
    for (const handed of [...this.#handed.keys()]) {
      if (isOurs(handed)) this.#remove(handed)?.otherwise();
      if (handed === number) return;
    }
  }

  #sendNext(): void {
    const [next] = this.#handed;
    if (this.#underWay !== undefined || next === undefined) return;
    const [number, { socket }] = next;
    this.#underWay = number;
    this.#send(number, socket, () => this.left(number));
  }

  #settled(number: number): void {
    if (this.#underWay !== number) return;
    this.#underWay = undefined;
    this.#sendNext();
  }

  #remove(number: number): Handed | undefined {
    const handed = this.#handed.get(number);
    this.#handed.delete(number);
    clearTimeout(handed?.timer);
    return handed;
  }
}
