import { GatewayError } from '../../errors.js';
import type { ErrorCode } from '../../errors.js';
import type { Evaluator } from '../../evaluator/evaluator.js';
import { NOTHING_ASKED } from '../../evaluator/tally.js';
import type { Fate, Tally } from '../../evaluator/tally.js';

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

/** Hears what becomes of decisions. */
export type TallyListener = (tally: Tally) => void;

/** The evaluator, with what is asked of it noted, and for a listener what became of it. */
export function noting<E extends Pick<Evaluator, 'prepare'>>(evaluator: E, asked: AskedEntrypoints, listener?: TallyListener): E {
  return {
    ...evaluator,
    async prepare(revision) {
      const prepared = await evaluator.prepare(revision);
      const { id } = revision;
      return {
        ...prepared,
        evaluate(request) {
          asked.note(request.entrypoint);
          const made = prepared.evaluate(request);
          if (listener === undefined) return made;
          const tell = (fate: Fate): void => listener(tallyOf(id, request.entrypoint, fate));
          made.then(
            ({ result }) => tell(result === undefined ? 'undecided' : 'decided'),
            (thrown: unknown) => {
              const fate = fateOf(thrown);
              if (fate !== undefined) tell(fate);
            },
          );
          return made;
        },
        undecided: (entrypoint) => listener?.({ revision: id, entrypoint, ...NOTHING_ASKED, undecided: 1 }),
      };
    },
  };
}

function tallyOf(revision: string, entrypoint: string, fate: Fate): Tally {
  const counted = { revision, entrypoint, ...NOTHING_ASKED, asked: 1 };
  return fate === 'decided' ? counted : { ...counted, [fate]: 1 };
}

/** No fault of the revision that was asked. */
const NOT_ITS_OWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['evaluation_overloaded', 'evaluator_closed', 'evaluation_input_invalid', 'evaluation_input_too_deep'] as const),
]);

function fateOf(thrown: unknown): Fate | undefined {
  if (!(thrown instanceof GatewayError)) return 'errors';
  if (NOT_ITS_OWN.has(thrown.code)) return undefined;
  return thrown.code === 'evaluation_timeout' ? 'timeouts' : 'errors';
}
