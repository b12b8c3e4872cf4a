import type { Evaluation, EvaluationRequest } from '../../evaluator/evaluator.js';
import { shortId } from '../../policy/source-set.js';
import { OutOfBudget } from '../../evaluator/host/guest-failure.js';
import { Tallies } from '../../evaluator/tally.js';
import type { LoadedRevision } from '../../evaluator/host/loaded-revision.js';
import { Elsewhere } from '../../http/exchange.js';
import type { Policy } from '../../http/opa/resolve.js';
import type { QuickRevision } from '../../http/quick/quick.js';

/** Ms that one decision may hold up its process: a hundred times what a usual one takes. */
const SLICE_MS = 5;

/** After running over, an entrypoint is left to the workers for so many ms: twice as long each time, until it went well for a while. */
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 2_000;
const FORGIVEN_MS = 5_000;

/**
 * A revision that evaluates here and now, for as long as a slice of time lasts. What takes longer is broken off and left to the workers of
 * the main process, which have the whole deadline for it and hold nobody up.
 */
export class SlicedRevision implements QuickRevision {
  readonly id: string;
  readonly shortId: string;
  readonly policy: Policy;
  readonly #loaded: LoadedRevision;
  readonly #sliceMs: number;
  readonly #pauses = new Map<string, { readonly ms: number; readonly until: number }>();
  overBudget = 0;
  /** What became of what was evaluated here. */
  readonly tallies: Tallies;

  constructor(id: string, policy: Policy, loaded: LoadedRevision, timeoutMs: number) {
    this.id = id;
    this.tallies = new Tallies(id);
    this.shortId = shortId(id);
    this.policy = policy;
    this.#loaded = loaded;
    this.#sliceMs = Math.min(SLICE_MS, timeoutMs);
  }

  get instancesDropped(): number {
    return this.#loaded.dropped;
  }

  get memoryBytes(): number {
    return this.#loaded.memoryBytes;
  }

  evaluateNow({ entrypoint, input, strictBuiltinErrors = false }: EvaluationRequest): Evaluation {
    const number = this.#loaded.entrypoints[entrypoint];
    if (number === undefined || this.#isPaused(entrypoint)) throw new Elsewhere();
    try {
      const result = this.#loaded.evaluate({ entrypoint: number, input, strict: strictBuiltinErrors, budgetMs: this.#sliceMs });
      this.tallies.note(entrypoint, result === undefined ? 'undecided' : 'decided');
      const { marks } = this.#loaded;
      return marks === undefined ? { result } : { result, marks };
    } catch (thrown) {
      if (!(thrown instanceof OutOfBudget)) {
        this.tallies.note(entrypoint, 'errors');
        throw thrown;
      }
      this.overBudget += 1;
      this.#pause(entrypoint, performance.now());
      throw new Elsewhere('', { cause: thrown });
    }
  }

  undecided(entrypoint: string): void {
    this.tallies.recall(entrypoint);
  }

  #pause(entrypoint: string, now: number): void {
    const before = this.#pauses.get(entrypoint);
    const ms = before === undefined || now > before.until + FORGIVEN_MS ? FIRST_PAUSE_MS : Math.min(before.ms * 2, MAX_PAUSE_MS);
    this.#pauses.set(entrypoint, { ms, until: now + ms });
  }

  #isPaused(entrypoint: string): boolean {
    if (this.#pauses.size === 0) return false;
    const pause = this.#pauses.get(entrypoint);
    return pause !== undefined && performance.now() < pause.until;
  }
}
