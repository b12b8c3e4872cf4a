import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort, Worker } from 'node:worker_threads';
import { GatewayError } from '../../errors.js';
import { startWorker } from '../../start-worker.js';
import type { OutreachReply, OutreachRequest, OutreachSettings } from './protocol.js';

/** Starting the thread and passing messages, beyond the time that the request itself may take. */
const GRACE_MS = 10_000;

/** Room for a body of the largest size, decoded and as message. */
const MAX_HEAP_MB = 128;

/**
 * Asks a second thread and blocks this one until it answers: a guest cannot wait for a promise. The thread starts with the first
 * request and ends with the thread that started it, which the pool ends when an evaluation is past its deadline.
 */
class Bridge {
  readonly #answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #port: MessagePort;
  readonly #worker: Worker;
  /** Its thread ended: nobody would answer. */
  ended = false;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: OutreachSettings = { port: port2, answered: this.#answered.buffer };
    this.#worker = startWorker(
      { workerData, transferList: [port2], name: 'outreach', resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } },
      new URL('./outreach-worker.js', import.meta.url),
    );
    const end = (): void => {
      this.ended = true;
    };
    this.#worker.on('error', end);
    this.#worker.on('exit', end);
    this.#worker.unref();
  }

  /** Undefined when no reply came in time; this bridge is of no use then. */
  ask(request: OutreachRequest): OutreachReply | undefined {
    Atomics.store(this.#answered, 0, 0);
    this.#port.postMessage(request);
    Atomics.wait(this.#answered, 0, 0, request.timeoutMs + GRACE_MS);
    const received = receiveMessageOnPort(this.#port) as { readonly message: OutreachReply } | undefined;
    if (received === undefined) this.#drop();
    return received?.message;
  }

  #drop(): void {
    this.ended = true;
    this.#port.close();
    void this.#worker.terminate();
  }
}

let bridge: Bridge | undefined;

/** The reply to the request. Throws `evaluation_timeout` when none comes: not an undefined call, which `not` would turn into an allow. */
export function askOutside(request: OutreachRequest): OutreachReply {
  if (bridge === undefined || bridge.ended) bridge = new Bridge();
  const reply = bridge.ask(request);
  if (reply === undefined) throw new GatewayError('evaluation_timeout', 'The thread that reaches out did not answer in time');
  return reply;
}
