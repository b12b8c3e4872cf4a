import { GatewayError } from '../../errors.js';
import type { Evaluation, EvaluationRequest, EvaluatorStats } from '../evaluator.js';
import { parsedIn } from '../host/data-image.js';
import { EarlierData } from '../host/earlier-data.js';
import { Fleet } from './fleet.js';
import type { FleetListener, FleetOptions, LostThread } from './fleet-listener.js';
import { Generation } from './generation.js';
import { pending } from './pending.js';
import type { Pending } from './pending.js';
import { fromWire } from '../../wire-error.js';
import { PAGE_BYTES } from './protocol.js';
import type { GenerationSource, ReplyPayload } from './protocol.js';
import type { Thread } from './thread.js';
import { timedOut } from '../timed-out.js';
import { Watchdog } from './watchdog.js';

/** Requests that one thread may hold: enough to keep it busy over a round trip, few enough to be shared fairly. */
const WINDOW = 256;

/** A thread that is silent for so long is in a slow request: others stop waiting behind it. 20 ms = some thousand usual decisions. */
const STALL_MS = 20;

/** After so long another thread loads what only the stuck one has: large data, which takes some hundred ms. */
const RELIEF_MS = 200;

/** What repeats ends itself at its deadline; a thread in a call that does not come back is ended so much later. */
const OVERRUN_MS = 200;

/** A request that was aboard so many dying threads is taken for the cause. */
const MAX_LOSSES = 3;

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Parsing 40 MB of data takes some seconds; beyond a minute something is stuck. */
const PREPARE_TIMEOUT_MS = 60_000;

export interface PoolOptions extends FleetOptions {
  readonly timeoutMs: number;
  readonly maxQueue: number;
}

/** A revision, with the JSON text of its data. */
export interface PoolSource extends Omit<GenerationSource, 'generation' | 'data'> {
  readonly json: Uint8Array;
}

/** The queue in front of the threads. Holds every deadline: a thread in a loop hears nothing. */
export class Pool implements FleetListener {
  readonly #options: PoolOptions;
  readonly #fleet: Fleet;
  readonly #watchdog = new Watchdog(() => this.#watch());
  #queue: Pending[] = [];
  readonly #loading = new Set<Generation>();
  readonly #earlier = new EarlierData();
  /** Requests without an answer. */
  #unsettled = 0;
  #generations = 0;
  /** Keeps the process alive while somebody waits: the threads do not. */
  readonly #patience = setInterval(() => undefined, MAX_TIMER_MS).unref();
  #flush: NodeJS.Immediate | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#fleet = new Fleet(options, this);
  }

  /** Starts the threads ahead of the first {@link prepare}. */
  warm(): void {
    this.#fleet.start();
  }

  /** Has the threads read in what such a policy calls, before it is there. */
  expect(builtins: readonly string[]): void {
    this.#fleet.expect(builtins);
  }

  /** Resolves when every thread has the revision, the first one of an eager pool in one thread. */
  async prepare({ json, ...source }: PoolSource): Promise<Generation> {
    if (this.#closing !== undefined) throw closed();
    const { library } = source;
    const generation = new Generation({ ...source, data: this.#earlier.of(json, library), generation: ++this.#generations });
    this.#loading.add(generation);
    const timer = setTimeout(() => generation.fail(slowPrepare()), PREPARE_TIMEOUT_MS);
    this.#fleet.load(generation);
    try {
      await generation.ready;
      const image = parsedIn(generation.source.data);
      if (image !== undefined) this.#earlier.note({ library, json, image });
      return generation;
    } catch (thrown) {
      this.#fleet.unload(generation);
      throw thrown;
    } finally {
      clearTimeout(timer);
      this.#loading.delete(generation);
    }
  }

  get whenFull(): Promise<void> {
    return this.#fleet.whenFull;
  }

  evaluate(generation: Generation, request: EvaluationRequest): Promise<Evaluation> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal(generation, request);
      if (refusal !== undefined) {
        reject(refusal);
        return;
      }
      const entrypoint = generation.entrypoints.get(request.entrypoint) ?? 0;
      this.#queue.push(pending(generation, entrypoint, request, this.#options.timeoutMs, { resolve, reject }));
      generation.pending++;
      if (this.#unsettled++ === 0) this.#patience.ref();
      // After this tick's input and output: requests that arrived together travel together.
      this.#flush ??= setImmediate(() => this.#dispatch());
    });
  }

  /** Frees the revision once its last request is answered. */
  release(generation: Generation): void {
    if (generation.released) return;
    generation.released = true;
    if (generation.pending === 0) this.#fleet.unload(generation);
  }

  stats(): EvaluatorStats {
    const { threads } = this.#fleet;
    const running = threads.filter((thread) => thread.load > 0).length;
    return {
      workers: threads.length,
      queued: Math.max(0, this.#unsettled - running),
      running,
      workersReplaced: this.#fleet.replaced,
      instancesDropped: this.#fleet.instancesDropped,
      memoryBytes: threads.reduce((sum, thread) => sum + thread.memoryPages, 0) * PAGE_BYTES,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  reply(pending: Pending, payload: ReplyPayload): void {
    this.#settled(pending);
    if (typeof payload === 'string' || payload === undefined) pending.resolve({ result: payload });
    else if ('code' in payload) pending.reject(fromWire(payload));
    else pending.resolve(payload);
  }

  ready(): void {
    if (this.#queue.length > 0) this.#dispatch();
  }

  lost({ running, returned, error }: LostThread): void {
    if (running !== undefined) this.#reject(running, error);
    // Nobody known to be guilty: each of them may be, and none is sent around for ever.
    else for (const item of returned) item.losses++;
    for (const item of returned) if (item.losses >= MAX_LOSSES) this.#reject(item, error);
    this.#requeue(returned.filter(({ losses }) => losses < MAX_LOSSES));
  }

  #refusal(generation: Generation, { entrypoint }: EvaluationRequest): GatewayError | undefined {
    if (this.#closing !== undefined) return closed();
    if (generation.released) return new GatewayError('evaluation_no_revision', 'The revision was released');
    if (!generation.entrypoints.has(entrypoint)) {
      return new GatewayError('evaluation_unknown_entrypoint', `The revision has no entrypoint ${entrypoint}`, { details: { entrypoint } });
    }
    if (this.#unsettled < this.#options.maxQueue + this.#options.workers) return undefined;
    return new GatewayError('evaluation_overloaded', `${this.#options.maxQueue} requests are waiting already`);
  }

  #dispatch(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const held: Pending[] = [];
    let generation: Generation | undefined;
    let threads: readonly Thread[] = [];
    for (const item of this.#queue) {
      if (item.generation !== generation) {
        generation = item.generation;
        threads = this.#fleet.serving(generation);
      }
      const thread = leastLoaded(threads);
      if (thread === undefined || thread.load >= WINDOW) held.push(item);
      else thread.add(item);
    }
    this.#queue = held;
    for (const thread of this.#fleet.threads) thread.flush();
    if (this.#unsettled > 0) this.#watchdog.within(STALL_MS);
  }

  #requeue(returned: readonly Pending[]): void {
    // In front: they have waited longest.
    this.#queue = [...returned, ...this.#queue];
    this.#flush ??= setImmediate(() => this.#dispatch());
  }

  /** Looks for threads that are stuck and requests that waited too long. Returns the ms until the next look. */
  #watch(): number | undefined {
    const now = performance.now();
    let next = STALL_MS;
    for (const thread of this.#fleet.threads) {
      const { oldest } = thread;
      if (oldest === undefined && !thread.stalled) continue;
      const busy = now - thread.busySince;
      if (this.#options.standIns && !thread.stalled && busy >= Math.min(STALL_MS, oldest?.timeoutMs ?? STALL_MS))
        this.#requeue(this.#fleet.bypass(thread));
      if (thread.stalled && busy >= RELIEF_MS) this.#fleet.relieve();
      const limit = thread.oldest?.timeoutMs ?? PREPARE_TIMEOUT_MS;
      if (busy >= limit + OVERRUN_MS) this.#fleet.kill(thread, timedOut(limit));
      else next = Math.min(next, limit + OVERRUN_MS - busy);
    }
    this.#expire(now);
    return this.#unsettled > 0 ? Math.max(1, next) : undefined;
  }

  #expire(now: number): void {
    const late = this.#queue.filter((item) => now - item.submittedAt > item.timeoutMs);
    if (late.length === 0) return;
    this.#queue = this.#queue.filter((item) => now - item.submittedAt <= item.timeoutMs);
    for (const item of late) {
      this.#reject(item, new GatewayError('evaluation_overloaded', `No evaluator was free for ${item.timeoutMs} ms`));
    }
  }

  #reject(item: Pending, error: GatewayError): void {
    this.#settled(item);
    item.reject(error);
  }

  #settled({ generation }: Pending): void {
    if (--this.#unsettled === 0) this.#patience.unref();
    generation.pending--;
    if (generation.released && generation.pending === 0) this.#fleet.unload(generation);
  }

  async #close(): Promise<void> {
    this.#watchdog.stop();
    clearInterval(this.#patience);
    clearImmediate(this.#flush);
    const held = this.#fleet.threads.flatMap((thread) => {
      const { running, returned } = thread.withdraw();
      return running === undefined ? returned : [running, ...returned];
    });
    for (const item of [...held, ...this.#queue]) this.#reject(item, closed());
    this.#queue = [];
    await this.#fleet.close();
    // No thread will have them any more: whoever waits would wait until the bound of a loading is over, and the process with him.
    for (const generation of this.#loading) generation.fail(closed());
  }
}

function leastLoaded(threads: readonly Thread[]): Thread | undefined {
  let best = threads[0];
  for (const thread of threads) if (best !== undefined && thread.load < best.load) best = thread;
  return best;
}

function slowPrepare(): GatewayError {
  return new GatewayError('evaluation_timeout', `The revision was not loaded within ${PREPARE_TIMEOUT_MS} ms`);
}

function closed(): GatewayError {
  return new GatewayError('evaluator_closed', 'The evaluator is closed');
}
