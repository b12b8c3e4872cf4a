import type { Worker } from 'node:worker_threads';
import { GatewayError } from '../../errors.js';
import { packBatch } from './batch.js';
import type { Pending } from './pending.js';
import { CONTROL } from './protocol.js';
import type { ReplyPayload, ThreadCommand, ThreadEvent } from './protocol.js';
import { startThread } from './running-thread.js';
import type { RunningThread, ThreadOptions } from './running-thread.js';

/** Who is told what a thread does. */
export interface ThreadListener {
  event(thread: Thread, event: ThreadEvent): void;
  reply(pending: Pending, payload: ReplyPayload): void;
  /** All replies of one message were given. */
  replied(thread: Thread): void;
  /** The thread ended by itself. */
  crashed(thread: Thread, error: GatewayError): void;
}

/** One worker thread seen from the main thread: what it was sent, what it answered, how long it has been at it. */
export class Thread {
  readonly #worker: Worker;
  readonly #control: Int32Array;
  readonly #listener: ThreadListener;
  #outgoing: Pending[] = [];
  /** Sent and not answered, in order: the worker answers in order. */
  #sent: Pending[] = [];
  #head = 0;
  #sequence = 0;
  #ended = false;
  /** When the first of what it holds was sent, or the one before it answered. */
  busySince = 0;
  /** What ran when everything else was taken back; the thread gets nothing new until that has ended. */
  stalled = false;
  #running: Pending | undefined;
  started = false;
  readonly prepared = new Set<number>();

  /** By default it starts one. */
  constructor(options: ThreadOptions, listener: ThreadListener, running: RunningThread = startThread(options)) {
    this.#listener = listener;
    this.#control = new Int32Array(running.control);
    this.#worker = running.worker;
    running.listen({
      message: (message) => {
        if (Array.isArray(message)) this.#replies(message);
        else listener.event(this, message);
      },
      ended: (cause) => this.#crash(cause),
    });
  }

  /** Requests that it holds. */
  get load(): number {
    return this.#sent.length - this.#head + this.#outgoing.length;
  }

  get instancesDropped(): number {
    return this.#control[CONTROL.instancesDropped] ?? 0;
  }

  get memoryPages(): number {
    return this.#control[CONTROL.memoryPages] ?? 0;
  }

  /** The first request that it holds, which bounds how long it may stay silent. */
  get oldest(): Pending | undefined {
    return this.#running ?? this.#sent[this.#head];
  }

  /** Joins the batch of this tick. */
  add(pending: Pending): void {
    this.#outgoing.push(pending);
  }

  /** Sends the batch of this tick. */
  flush(): void {
    if (this.#outgoing.length === 0) return;
    if (this.#head === this.#sent.length) this.busySince = performance.now();
    const batch = this.#outgoing;
    for (const pending of batch) {
      this.#sequence = (this.#sequence + 1) | 0;
      pending.sequence = this.#sequence;
      this.#sent.push(pending);
    }
    this.#outgoing = [];
    const buffer = packBatch(batch);
    this.#worker.postMessage(buffer, [buffer]);
  }

  send(command: ThreadCommand): void {
    this.#worker.postMessage(command);
  }

  /**
   * Takes back whatever has no answer yet, except the request that runs now: the worker skips what it has not claimed, and late
   * answers to what it has are dropped. Returns them in order.
   */
  withdraw(): { readonly running: Pending | undefined; readonly returned: readonly Pending[] } {
    const claimed = Atomics.exchange(this.#control, CONTROL.claimed, this.#sequence);
    const held = this.#sent.slice(this.#head).concat(this.#outgoing);
    const running = this.#running ?? held.find(({ sequence }, index) => sequence === claimed && index < this.#sent.length - this.#head);
    this.#running = running;
    this.#sent = running === undefined ? [] : [running];
    this.#head = 0;
    this.#outgoing = [];
    this.stalled = true;
    this.send({ type: 'ping' });
    return { running, returned: held.filter((pending) => pending !== running) };
  }

  /** The worker came back to its messages after a {@link withdraw}. */
  resume(): void {
    this.stalled = false;
    this.#running = undefined;
  }

  /** Ends the thread, whatever it does. Nothing is reported any more. */
  async terminate(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #replies(message: (number | ReplyPayload)[]): void {
    if (this.#ended) return;
    for (let index = 0; index < message.length; index += 2) {
      const pending = this.#sent[this.#head];
      // An answer to a request that was taken back meanwhile: somebody else answers it.
      if (pending === undefined || pending.sequence !== message[index]) continue;
      this.#head++;
      this.#listener.reply(pending, message[index + 1] as ReplyPayload);
    }
    this.busySince = performance.now();
    this.#compact();
    this.#listener.replied(this);
  }

  #compact(): void {
    if (this.#head === this.#sent.length) {
      this.#sent.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#sent = this.#sent.slice(this.#head);
      this.#head = 0;
    }
  }

  #crash(cause: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const outOfMemory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#listener.crashed(
      this,
      new GatewayError(outOfMemory ? 'evaluation_out_of_memory' : 'evaluation_failed', `An evaluator thread ended: ${message}`, { cause }),
    );
  }
}
