import { GatewayError } from '../../errors.js';
import { isLargeData } from '../../policy/large-data.js';
import { parsedIn } from '../host/data-image.js';
import type { DataSource } from '../host/data-image.js';
import type { GenerationSource } from './protocol.js';

/** Threads that may die over the data of one revision before the revision is taken for the cause. */
const MAX_PARSERS = 2;

/**
 * Bytes that large data may take for each byte of its JSON text, as image and in the memory of threads. With the text as it was read and merged
 * and the processes themselves 12 are the aim.
 */
const BYTES_FOR_BYTE = 9;

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
  /** Bytes of JSON text when there is much of it: then few threads have the revision. */
  readonly #largeBytes: number | undefined;
  /** The thread that parses the data, unless that is done apart. */
  parser: ThreadIdentity | undefined;
  #parsers = 0;
  readonly #asked = new WeakSet<ThreadIdentity>();
  #resolve: () => void = () => undefined;
  #reject: (error: GatewayError) => void = () => undefined;
  /** Settles once every thread has it, or one cannot have it. */
  readonly ready: Promise<void>;

  constructor(source: GenerationSource) {
    this.source = source;
    this.#largeBytes = 'json' in source.data && isLargeData(source.data.json) ? source.data.json.byteLength : undefined;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get id(): number {
    return this.source.generation;
  }

  /** Its data is parsed by a thread that ends with it, and is loaded by no more threads than {@link copies}. */
  get large(): boolean {
    return this.#largeBytes !== undefined;
  }

  /** Threads that may have it at once. */
  get copies(): number {
    const { data } = this.source;
    if (this.#largeBytes === undefined || !('image' in data)) return Infinity;
    return Math.max(1, Math.floor((BYTES_FOR_BYTE * this.#largeBytes) / data.image.bytes.byteLength) - 1);
  }

  /** True when the data was parsed: any number of threads may load it now. */
  get parsed(): boolean {
    return 'image' in this.source.data;
  }

  /** Threads need not wait for the one that parses it. */
  get sharesData(): boolean {
    return parsedIn(this.source.data) !== undefined;
  }

  /** True when the thread is to load it now: it was not asked before. */
  ask(thread: ThreadIdentity): boolean {
    if (this.#asked.has(thread)) return false;
    this.#asked.add(thread);
    if (!this.parsed) this.parser = thread;
    return true;
  }

  /** The thread has freed it, and may be asked again. */
  forget(thread: ThreadIdentity): void {
    this.#asked.delete(thread);
  }

  /** Takes what the first thread made of it. */
  adopt(data: DataSource, entrypoints: Readonly<Record<string, number>> = this.source.module.linking?.entrypoints ?? {}): void {
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
