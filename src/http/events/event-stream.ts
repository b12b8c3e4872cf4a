import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../log.js';
import { eventText, isKept } from './policy-event.js';
import type { PolicyEvent } from './policy-event.js';

export interface EventStreamOptions {
  readonly maxSubscribers: number;
  /** Events after the one with this number, oldest first. */
  readonly since: (number: number) => Promise<readonly PolicyEvent[]>;
  /** How things stand, for whoever begins to listen. */
  readonly standing: () => PolicyEvent;
  readonly log: Log;
  /** Between two signs of life in ms. Default 15 s: proxies give up after 30 or 60. */
  readonly heartbeatMs?: number;
}

/** Bytes that may wait for a subscriber who does not read. Beyond it the connection is cut: who comes back is told what was missed. */
const MAX_WAITING_BYTES = 256 * 1024;

/** Events that may wait for one whose past is still being read. */
const MAX_WAITING_EVENTS = 1_000;

/** Subscribers that are written to in one go; then others get their turn. */
const SLICE = 100;

/** How soon a client that was cut off comes back, in ms. */
const RETRY_MS = 2_000;

const BEAT = Buffer.from(':\n\n');

interface Subscriber {
  readonly response: ServerResponse;
  /** What came while its past was read. */
  waiting: PolicyEvent[] | undefined;
}

/** Tells subscribers what happens to the policy, for as long as they listen. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #subscribers = new Set<Subscriber>();
  #heartbeat: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** Whether one more may come. */
  get open(): boolean {
    return !this.#closed && this.#subscribers.size < this.#options.maxSubscribers;
  }

  /** Takes over an answer whose head is written. `since`: the number of the last event that it knows. */
  subscribe(response: ServerResponse, since: number | undefined): void {
    if (this.#closed) {
      response.end();
      return;
    }
    const subscriber: Subscriber = { response, waiting: since === undefined ? undefined : [] };
    this.#subscribers.add(subscriber);
    // A peer that is gone without a word is noticed by its system, not by who writes to it twice an hour.
    response.socket?.setKeepAlive(true, KEEP_ALIVE_MS);
    response.on('close', () => this.#leave(subscriber));
    response.write(`retry: ${RETRY_MS}\n\n`);
    this.#heartbeat ??= setInterval(() => void this.#beat(), this.#options.heartbeatMs ?? HEARTBEAT_MS).unref();
    if (since === undefined) this.#tell(subscriber, this.#options.standing());
    else void this.#replay(subscriber, since);
  }

  publish(event: PolicyEvent): void {
    if (this.#subscribers.size === 0) return;
    const text = Buffer.from(eventText(event));
    for (const subscriber of this.#subscribers) {
      const { waiting } = subscriber;
      if (waiting === undefined) this.#write(subscriber, text);
      else if (waiting.length < MAX_WAITING_EVENTS) waiting.push(event);
      else subscriber.response.destroy();
    }
  }

  /** Ends every stream; nobody is let in any more. Idempotent. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    for (const { response } of this.#subscribers) response.end();
  }

  /** What happened before, then what happened meanwhile, each once and in order. */
  async #replay(subscriber: Subscriber, since: number): Promise<void> {
    let last = since;
    const tellNew = (event: PolicyEvent): void => {
      if (event.number !== undefined && event.number <= last && isKept(event)) return;
      last = event.number ?? last;
      this.#tell(subscriber, event);
    };
    try {
      for (const event of await this.#options.since(since)) tellNew(event);
    } catch (err) {
      this.#options.log.warn({ err }, 'a subscriber could not be told what it missed');
      subscriber.response.destroy();
      return;
    }
    for (const event of subscriber.waiting ?? []) tellNew(event);
    subscriber.waiting = undefined;
    this.#tell(subscriber, this.#options.standing());
  }

  #tell(subscriber: Subscriber, event: PolicyEvent): void {
    this.#write(subscriber, Buffer.from(eventText(event)));
  }

  #write({ response }: Subscriber, bytes: Uint8Array): void {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
    else response.write(bytes);
  }

  async #beat(): Promise<void> {
    let written = 0;
    for (const subscriber of [...this.#subscribers]) {
      this.#write(subscriber, BEAT);
      written += 1;
      if (written % SLICE === 0) await setImmediate();
    }
  }

  #leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}

const HEARTBEAT_MS = 15_000;
const KEEP_ALIVE_MS = 30_000;
