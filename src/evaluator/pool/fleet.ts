import { collectGarbage } from '../../collect-garbage.js';
import type { GatewayError } from '../../errors.js';
import type { FleetListener, FleetOptions } from './fleet-listener.js';
import type { Generation } from './generation.js';
import type { Pending } from './pending.js';
import { fromWire } from '../../wire-error.js';
import { Parser } from './parser.js';
import type { ReplyPayload, ThreadEvent } from './protocol.js';
import { Restarts } from './restarts.js';
import { Thread } from './thread.js';
import type { ThreadListener } from './thread.js';

/** Who let go of a large revision has dropped what it held of it by then. */
const COLLECT_MS = 1_000;

/** From its first revision on a thread that is alone has so long for whoever waited for it; then the start of others takes processor time. */
const ALONE_MS = 50;

/**
 * The threads, and which revisions each has. `workers` of them serve; a warm spare with every revision loaded steps in at once
 * when one dies or is stuck in a slow request. Stuck threads count as absent: others are started beside them, up to a bound.
 * A revision with large data is loaded by so many threads only as its memory allows, and by another one when these are stuck for long.
 */
export class Fleet implements ThreadListener {
  readonly #options: FleetOptions;
  readonly #listener: FleetListener;
  readonly #generations = new Map<number, Generation>();
  readonly #restarts = new Restarts(() => this.#fill());
  #threads: readonly Thread[] = [];
  readonly #parsers = new Map<Generation, Parser>();
  /** Eager, and nothing was ever ready: one thread alone gets there soonest, and what it costs to have others is put off until then. */
  #alone: boolean;
  #full = (): void => undefined;
  #others: NodeJS.Timeout | undefined;
  /** Settles when all threads that are wanted have a revision. */
  readonly whenFull = new Promise<void>((resolve) => (this.#full = resolve));
  /** Threads may have revisions that they were given for a while. */
  #relieved = false;
  #closed = false;
  /** Threads that died or were killed. */
  replaced = 0;
  #droppedBefore = 0;

  constructor(options: FleetOptions, listener: FleetListener) {
    this.#options = options;
    this.#listener = listener;
    this.#alone = options.eager;
  }

  /** Starts the threads, if they do not run. */
  start(): void {
    this.#fill();
  }

  /** The threads that there are read in what such a policy calls. */
  expect(builtins: readonly string[]): void {
    for (const thread of this.#threads) thread.send({ type: 'expect', builtins });
  }

  get threads(): readonly Thread[] {
    return this.#threads;
  }

  get instancesDropped(): number {
    return this.#threads.reduce((sum, thread) => sum + thread.instancesDropped, this.#droppedBefore);
  }

  /** Threads that may be given requests of the generation. */
  serving(generation: Generation): readonly Thread[] {
    return this.#able.filter((thread) => thread.prepared.has(generation.id)).slice(0, this.#options.workers);
  }

  /** Loads a revision into every thread; see {@link Generation.ready}. */
  load(generation: Generation): void {
    this.#generations.set(generation.id, generation);
    this.#fill();
    if (this.#restarts.hopeless) generation.fail(this.#restarts.error());
    else if (generation.large) this.#parse(generation);
    this.#advance(generation);
  }

  #parse(generation: Generation): void {
    const parser = new Parser(generation.source, this.#options, {
      parsed: ({ data, entrypoints }) => {
        this.#parsers.delete(generation);
        generation.adopt(data, entrypoints);
        this.#advance(generation);
      },
      failed: (error) => {
        this.#parsers.delete(generation);
        generation.fail(error);
      },
    });
    this.#parsers.set(generation, parser);
  }

  /** Frees a revision in every thread. */
  unload(generation: Generation): void {
    if (!this.#generations.delete(generation.id)) return;
    void this.#parsers.get(generation)?.end();
    this.#parsers.delete(generation);
    for (const thread of this.#threads) this.#free(thread, generation);
    if (generation.large) setTimeout(collectGarbage, COLLECT_MS).unref();
  }

  #free(thread: Thread, generation: Generation): void {
    thread.prepared.delete(generation.id);
    generation.forget(thread);
    if (thread.started) thread.send({ type: 'release', generation: generation.id });
  }

  /** Ends a thread whose request ran too long. */
  kill(thread: Thread, error: GatewayError): void {
    const { running, returned } = thread.withdraw();
    this.#remove(thread);
    void thread.terminate();
    this.#listener.lost({ running, returned, error });
  }

  /** Takes back what a stuck thread has not begun. */
  bypass(thread: Thread): readonly Pending[] {
    const { returned } = thread.withdraw();
    this.#fill();
    return returned;
  }

  /** Threads have been stuck for a while: where nobody else has a revision, another one loads it. */
  relieve(): void {
    const [able] = this.#able;
    for (const generation of this.#generations.values()) {
      if (!generation.settled || able === undefined || this.serving(generation).length > 0) continue;
      this.#ask(generation, able);
      this.#relieved = true;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#others);
    this.#restarts.stop();
    await Promise.all([...this.#threads.map((thread) => thread.terminate()), ...[...this.#parsers.values()].map((parser) => parser.end())]);
    this.#threads = [];
  }

  event(thread: Thread, event: ThreadEvent): void {
    switch (event.type) {
      case 'started':
        thread.started = true;
        this.#restarts.succeeded();
        this.#advanceAll();
        break;
      case 'prepared':
        this.#prepared(thread, event);
        break;
      case 'refused':
        this.#refused(thread, event.generation, fromWire(event.error));
        break;
      case 'pong':
        thread.resume();
        this.#trim();
        this.#retreat();
        this.#advanceAll();
        break;
      case 'print':
        for (const line of event.lines) this.#options.onPrint(line);
        return;
    }
    this.#listener.ready();
  }

  reply(pending: Pending, payload: ReplyPayload): void {
    this.#listener.reply(pending, payload);
  }

  replied(): void {
    this.#trim();
    this.#retreat();
    this.#listener.ready();
  }

  crashed(thread: Thread, error: GatewayError): void {
    const { running, returned } = thread.withdraw();
    if (!thread.started) this.#restarts.failed();
    this.#remove(thread, error);
    this.#listener.lost({ running, returned, error });
  }

  get #able(): readonly Thread[] {
    return this.#threads.filter((thread) => thread.started && !thread.stalled);
  }

  /** Serving threads and the spare. */
  get #wanted(): number {
    if (this.#alone) return 1;
    return this.#options.workers + (this.#options.standIns ? 1 : 0);
  }

  #fill(): void {
    if (this.#closed || this.#restarts.waiting) return;
    const most = this.#wanted + this.#options.workers;
    let sound = this.#threads.filter((thread) => !thread.stalled).length;
    for (; sound < this.#wanted && this.#threads.length < most; sound++) {
      this.#threads = [...this.#threads, new Thread(this.#options, this, this.#options.early?.take(this.#options))];
    }
  }

  /** Lets go of threads that were started beside stuck ones which have recovered. */
  #trim(): void {
    let surplus = this.#threads.filter((thread) => !thread.stalled).length - this.#wanted;
    for (const thread of this.#threads.toReversed()) {
      if (surplus <= 0) return;
      if (thread.stalled || thread.load > 0) continue;
      this.#threads = this.#threads.filter((other) => other !== thread);
      this.#droppedBefore += thread.instancesDropped;
      void thread.terminate();
      surplus--;
    }
  }

  /** Threads that stood in for others free what these have again. */
  #retreat(): void {
    if (!this.#relieved) return;
    this.#relieved = false;
    for (const generation of this.#generations.values()) {
      const holders = generation.large ? this.#holders(generation) : this.#threads;
      for (const thread of this.#threads) {
        if (holders.includes(thread) || !thread.prepared.has(generation.id)) continue;
        if (thread.load > 0 || holders.some((holder) => holder.stalled || !holder.prepared.has(generation.id))) this.#relieved = true;
        else this.#free(thread, generation);
      }
    }
  }

  #remove(thread: Thread, error?: GatewayError): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    this.#droppedBefore += thread.instancesDropped;
    this.replaced++;
    for (const generation of this.#generations.values()) generation.lostThread(thread, error);
    if (this.#restarts.hopeless) for (const generation of this.#generations.values()) generation.fail(this.#restarts.error(error));
    this.#fill();
    this.#advanceAll();
  }

  #advanceAll(): void {
    for (const generation of this.#generations.values()) this.#advance(generation);
  }

  /** Asks threads that lack the revision to load it: one to parse the data, then all others to copy it. */
  #advance(generation: Generation): void {
    const holders = this.#holders(generation);
    // The last one is the spare: parsing there keeps nobody waiting.
    const parsers = generation.large || generation.parser !== undefined ? [] : holders.slice(-1);
    for (const thread of generation.sharesData ? holders : parsers) this.#ask(generation, thread);
    const enough = generation.large ? Math.min(generation.copies, this.#options.workers, this.#wanted) : this.#wanted;
    if (holders.length < enough || !holders.every((thread) => thread.prepared.has(generation.id))) return;
    generation.succeed();
    if (!this.#alone) {
      this.#full();
      return;
    }
    this.#others ??= setTimeout(() => this.#join(), ALONE_MS).unref();
  }

  #join(): void {
    this.#alone = false;
    this.#fill();
    // One of the few that large data is loaded by may be all that there is to be.
    this.#advanceAll();
  }

  /** Threads that are to have it. Of large data one that is stuck keeps its copy: it comes back, or dies and another takes its place. */
  #holders(generation: Generation): readonly Thread[] {
    if (!generation.large) return this.#able;
    return this.#threads.filter(({ started }) => started).slice(0, Math.min(generation.copies, this.#options.workers));
  }

  #ask(generation: Generation, thread: Thread): void {
    if (generation.ask(thread)) thread.send({ type: 'prepare', ...generation.source });
  }

  #prepared(thread: Thread, event: Extract<ThreadEvent, { type: 'prepared' }>): void {
    const generation = this.#generations.get(event.generation);
    if (generation === undefined) return;
    thread.prepared.add(generation.id);
    generation.adopt(event.data, event.entrypoints);
    this.#advance(generation);
  }

  #refused(thread: Thread, id: number, error: GatewayError): void {
    const generation = this.#generations.get(id);
    if (generation === undefined) return;
    if (!generation.settled) {
      generation.fail(error);
      return;
    }
    // A replacement could not load what others serve: another one may.
    this.#restarts.failed();
    this.kill(thread, error);
  }
}
