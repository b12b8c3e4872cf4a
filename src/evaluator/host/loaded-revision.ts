import type { Mark } from '../marks.js';
import type { DataImage } from './data-image.js';
import type { GuestMemory } from './guest-memory.js';
import type { EvaluationContext } from './evaluation-context.js';
import { GuestAbort, OutOfBudget, guestFailure } from './guest-failure.js';
import { align, instantiate } from './instantiate.js';
import type { Guest, ModuleSource } from './instantiate.js';
import { readResult } from './read-result.js';
import { timedEvaluation } from './timed-evaluation.js';
import type { TimedResult } from './timed-evaluation.js';

/** Beyond what it began with, an instance may keep this much garbage of large evaluations before it is replaced. */
const KEPT_GROWTH_BYTES = 64 * 1024 * 1024;

/** One decision as the worker makes it. */
export interface GuestRequest {
  readonly entrypoint: number;
  readonly input: Uint8Array | undefined;
  readonly strict: boolean;
  /** Milliseconds after which the evaluation ends with OutOfBudget; unlimited without. What a new instance takes is not counted. */
  readonly budgetMs?: number;
  /** Instead of a budget: ms by the clock after which it ends with OutOfBudget, on a thread that has nothing else to do. */
  readonly deadlineMs?: number;
}

/** A revision in this worker: the module, its data, and an instance while that is sound. */
export class LoadedRevision {
  readonly #source: ModuleSource;
  readonly #context: EvaluationContext;
  /** The data as other workers can take it. */
  readonly image: DataImage;
  readonly entrypoints: Readonly<Record<string, number>>;
  #guest: Guest | undefined;
  #keptBytes = 0;
  /** Which of the marked rules held in the latest evaluation; undefined for none, and when it failed. */
  marks: readonly Mark[] | undefined;
  /** Instances given up or put back to their beginning: after a throw, or grown past what is kept. */
  dropped = 0;

  /** Makes the first instance, in `filled` when that is there. Throws GatewayError when the module or the data cannot be loaded. */
  constructor(source: ModuleSource, context: EvaluationContext, filled?: GuestMemory) {
    this.#context = context;
    try {
      const guest = instantiate(source, context, filled);
      this.image = guest.image;
      this.#source = { ...source, data: { image: this.image } };
      this.entrypoints = guest.entrypoints;
      this.#adopt(guest);
    } catch (thrown) {
      throw guestFailure(thrown);
    }
  }

  get memoryBytes(): number {
    return this.#guest?.memory.bytes.byteLength ?? 0;
  }

  /** JSON text of the decision, or undefined. Throws GatewayError or OutOfBudget; the next call works all the same. */
  evaluate(request: GuestRequest): string | undefined {
    return this.#run(request, (guest) => {
      const length = placeInput(guest, request.input);
      const { exports, heapStart } = guest;
      const input = request.input === undefined ? 0 : heapStart;
      const dump = exports.opa_eval(0, request.entrypoint, guest.dataAddress, input, length, align(heapStart + length), 1);
      return readResult(guest.memory, dump);
    });
  }

  /** The same by a longer way that takes the time of each stage. */
  evaluateTimed(request: GuestRequest): TimedResult {
    return this.#run(request, (guest) =>
      timedEvaluation(guest, request.entrypoint, request.input !== undefined, placeInput(guest, request.input)),
    );
  }

  #run<T>(request: GuestRequest, evaluate: (guest: Guest) => T): T {
    this.#context.begin(request.strict);
    this.marks = undefined;
    let result: T;
    try {
      const guest = this.#guest ?? this.#adopt(instantiate(this.#source, this.#context));
      guest.exports.fuel.value = this.#fuel(request);
      result = evaluate(guest);
      this.marks = guest.marks.read();
      if (guest.memory.bytes.byteLength > this.#keptBytes) this.#drop(false);
    } catch (thrown) {
      // What unwound through the guest left its shadow stack short: some hundred such throws and it answers nothing any more.
      this.#drop(thrown instanceof GuestAbort);
      this.#context.finish();
      throw thrown instanceof OutOfBudget ? thrown : guestFailure(thrown);
    } finally {
      this.#context.budget.stop();
    }
    this.#context.finish();
    return result;
  }

  #fuel({ budgetMs, deadlineMs }: GuestRequest): number {
    const { budget } = this.#context;
    return deadlineMs === undefined ? budget.start(budgetMs) : budget.startDeadline(deadlineMs);
  }

  #adopt(guest: Guest): Guest {
    this.#guest = guest;
    this.#keptBytes = guest.memory.bytes.byteLength + KEPT_GROWTH_BYTES;
    return guest;
  }

  /** Gives the instance up. What stopped in order left its memory in order, unless there is too much of it: that is put back. */
  #drop(orderly: boolean): void {
    const guest = this.#guest;
    this.#guest = undefined;
    this.dropped++;
    if (!orderly || guest?.reset === undefined || guest.memory.bytes.byteLength > this.#keptBytes) return;
    guest.reset(this.image);
    this.#guest = guest;
  }
}

/** Puts the input where the heap begins; its length. */
function placeInput(guest: Guest, input: Uint8Array | undefined): number {
  if (input === undefined) return 0;
  guest.memory.reserve(guest.heapStart + input.byteLength);
  guest.memory.bytes.set(input, guest.heapStart);
  return input.byteLength;
}
