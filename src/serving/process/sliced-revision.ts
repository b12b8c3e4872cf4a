import type { Evaluation, EvaluationRequest } from '../../evaluator/evaluator.js';
import { shortId } from '../../policy/source-set.js';
import { OutOfBudget } from '../../evaluator/host/guest-failure.js';
import type { LoadedRevision } from '../../evaluator/host/loaded-revision.js';
import { Elsewhere } from '../../http/exchange.js';
import type { Policy } from '../../http/opa/resolve.js';
import type { QuickRevision } from '../../http/quick/quick.js';

/** Ms that one decision may hold up its process: a hundred times what a usual one takes. */
const SLICE_MS = 5;

/** After running over, an entrypoint is left to the workers for this many ms: at most one part in two hundred is spent in vain. */
const PAUSE_MS = 1_000;

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
  readonly #pausedUntil = new Map<string, number>();
  overBudget = 0;

  constructor(id: string, policy: Policy, loaded: LoadedRevision, timeoutMs: number) {
    this.id = id;
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
      return { result: this.#loaded.evaluate({ entrypoint: number, input, strict: strictBuiltinErrors, budgetMs: this.#sliceMs }) };
    } catch (thrown) {
      if (!(thrown instanceof OutOfBudget)) throw thrown;
      this.overBudget += 1;
      this.#pausedUntil.set(entrypoint, performance.now() + PAUSE_MS);
      throw new Elsewhere('', { cause: thrown });
    }
  }

  #isPaused(entrypoint: string): boolean {
    if (this.#pausedUntil.size === 0) return false;
    const until = this.#pausedUntil.get(entrypoint);
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.#pausedUntil.delete(entrypoint);
    return false;
  }
}
