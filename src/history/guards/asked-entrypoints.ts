import type { Evaluator } from '../../evaluator/evaluator.js';

/** "In use" means asked for within a day. */
const DAY_MS = 24 * 60 * 60 * 1000;

/** Callers choose what they ask for; what no revision has is never evaluated, so a policy set bounds this. */
const MAX_ENTRYPOINTS = 10_000;

/** Which entrypoints were asked for, and when last. */
export class AskedEntrypoints {
  readonly #at = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  note(entrypoint: string): void {
    if (this.#at.size < MAX_ENTRYPOINTS || this.#at.has(entrypoint)) this.#at.set(entrypoint, this.#now());
  }

  recent(): readonly string[] {
    const limit = this.#now() - DAY_MS;
    return [...this.#at].flatMap(([entrypoint, at]) => (at >= limit ? [entrypoint] : []));
  }
}

/** The evaluator, with what is asked of it noted. */
export function noting<E extends Pick<Evaluator, 'prepare'>>(evaluator: E, asked: AskedEntrypoints): E {
  return {
    ...evaluator,
    async prepare(revision) {
      const prepared = await evaluator.prepare(revision);
      return {
        ...prepared,
        evaluate(request) {
          asked.note(request.entrypoint);
          return prepared.evaluate(request);
        },
      };
    },
  };
}
