import { GatewayError } from '../../errors.js';
import type { DataSource } from '../host/data-image.js';
import type { GenerationSource } from './protocol.js';

/** Threads that may die over the data of one revision before the revision is taken for the cause. */
const MAX_PARSERS = 2;

/** A thread, as far as a generation is concerned: this one or another. */
type ThreadIdentity = object;

/** A revision in the pool, from the call of prepare until the last thread has freed it. */
export class Generation {
  /** Its `data` becomes an image once the first thread has parsed the JSON. */
  source: GenerationSource;
  entrypoints: ReadonlyMap<string, number> = new Map();
  /** Requests without an answer. */
  pending = 0;
  released = false;
  settled = false;
  /** The thread that parses the data. */
  parser: ThreadIdentity | undefined;
  #parsers = 0;
  readonly #asked = new WeakSet<ThreadIdentity>();
  #resolve: () => void = () => undefined;
  #reject: (error: GatewayError) => void = () => undefined;
  /** Settles once every thread has it, or one cannot have it. */
  readonly ready: Promise<void>;

  constructor(source: GenerationSource) {
    this.source = source;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get id(): number {
    return this.source.generation;
  }

  /** True when the data was parsed: any number of threads may load it now. */
  get parsed(): boolean {
    return 'image' in this.source.data;
  }

  /** True when the thread is to load it now: it was not asked before. */
  ask(thread: ThreadIdentity): boolean {
    if (this.#asked.has(thread)) return false;
    this.#asked.add(thread);
    if (!this.parsed) this.parser = thread;
    return true;
  }

  /** Takes what the first thread made of it. */
  adopt(data: DataSource, entrypoints: Readonly<Record<string, number>>): void {
    if (this.parsed) return;
    this.source = { ...this.source, data };
    this.entrypoints = new Map(Object.entries(entrypoints));
  }

  lostThread(thread: ThreadIdentity, cause: GatewayError | undefined): void {
    if (this.parser !== thread || this.parsed) return;
    this.parser = undefined;
    if (++this.#parsers === MAX_PARSERS) this.fail(cause ?? new GatewayError('evaluation_failed', 'The revision could not be loaded'));
  }

  succeed(): void {
    this.settled = true;
    this.#resolve();
  }

  /** No effect once it is settled. */
  fail(error: GatewayError): void {
    this.settled = true;
    this.#reject(error);
  }
}
