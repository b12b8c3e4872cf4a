/** What became of one decision: it was made, it had no value, the evaluation failed, or it ran out of time. */
export type Fate = 'decided' | 'undecided' | 'errors' | 'timeouts';

/** What became of the decisions of one entrypoint on one revision. */
export interface Tally {
  /** Full id. */
  readonly revision: string;
  readonly entrypoint: string;
  /** All of them. */
  readonly asked: number;
  readonly undecided: number;
  readonly errors: number;
  readonly timeouts: number;
}

/** How many of them met with what. */
export type TallyCounts = Omit<Tally, 'revision' | 'entrypoint'>;

export const NOTHING_ASKED: TallyCounts = { asked: 0, undecided: 0, errors: 0, timeouts: 0 };

type Counts = { -readonly [K in keyof TallyCounts]: TallyCounts[K] };

/** Counts by entrypoint, until somebody takes them. */
export class Tallies {
  readonly #revision: string;
  readonly #counts = new Map<string, Counts>();

  constructor(revision: string) {
    this.#revision = revision;
  }

  note(entrypoint: string, fate: Fate): void {
    const counts = this.#of(entrypoint);
    counts.asked += 1;
    if (fate !== 'decided') counts[fate] += 1;
  }

  /** The value of a decision that was noted before decides nothing. */
  recall(entrypoint: string): void {
    this.#of(entrypoint).undecided += 1;
  }

  /** What was counted since the last call. */
  take(): readonly Tally[] {
    const taken = [...this.#counts].map(([entrypoint, counts]) => ({ revision: this.#revision, entrypoint, ...counts }));
    this.#counts.clear();
    return taken;
  }

  #of(entrypoint: string): Counts {
    let counts = this.#counts.get(entrypoint);
    if (counts === undefined) {
      counts = { ...NOTHING_ASKED };
      this.#counts.set(entrypoint, counts);
    }
    return counts;
  }
}
