import type { Engine, Outcome } from '../../engine/engine.js';
import type { Tally, TallyCounts } from '../../evaluator/tally.js';
import type { Log } from '../../log.js';
import { shortId } from '../../policy/source-set.js';
import { AILMENTS, MovingRates, Rates } from './rates.js';
import type { Ailment } from './rates.js';

/** What the watchdog calls itself where it is said who went back. */
export const WATCHDOG = 'watchdog';

/** As configured. */
export interface WatchdogSettings {
  /** How long a revision is watched, and how far back it is compared, in ms. */
  readonly window: number;
  /** The share of ailing decisions has to grow by this much. */
  readonly factor: number;
  /** So many ailing decisions are needed. */
  readonly minimum: number;
}

/** Why the watchdog went back. */
export interface Bite {
  readonly at: Date;
  readonly kind: Ailment;
  readonly entrypoint: string;
  /** Full ids. */
  readonly from: string;
  readonly to: string;
  /** For people. */
  readonly reason: string;
}

export interface WatchdogState {
  /** The revision that is watched; undefined while none is. */
  readonly watching: string | undefined;
  readonly last: Bite | undefined;
}

export interface WatchdogOptions {
  readonly settings: WatchdogSettings;
  readonly log: Log;
  /** Told before the way back begins. Must not throw. */
  readonly onBite: (bite: Bite) => void;
  /** Ms of a clock that never goes back. */
  readonly now?: () => number;
}

interface Watch {
  readonly revision: string;
  /** What to go back to: the last revision that came through its watch. */
  readonly good: string;
  readonly before: Rates;
  readonly after: Rates;
  readonly until: number;
}

/** Looks at what becomes of the decisions of a revision that has just begun to serve, and goes back when they ail. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #now: () => number;
  readonly #recent: MovingRates;
  #engine: Engine | undefined;
  #watch: Watch | undefined;
  /** The revision that was last said to serve. */
  #serving: string | undefined;
  /** Of a revision that serves already and was not said to: word of a swap comes after it. */
  #early: { readonly revision: string; readonly rates: Rates } | undefined;
  #last: Bite | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#recent = new MovingRates(options.settings.window);
  }

  get state(): WatchdogState {
    this.#settle();
    return { watching: this.#watch?.revision, last: this.#last };
  }

  /** From now on the revisions of this engine are watched. */
  follow(engine: Engine): void {
    this.#engine = engine;
    engine.on('reloaded', (outcome) => this.#swapped(outcome));
  }

  /** What became of some decisions, wherever they were made. */
  note(tally: Tally): void {
    this.#settle();
    const watch = this.#watch;
    if (tally.revision === watch?.revision) {
      watch.after.add(tally);
      this.#look(watch, tally.entrypoint);
    } else if (this.#serving !== undefined && tally.revision !== this.#serving) this.#hold(tally);
    else if (watch === undefined) this.#recent.add(tally, this.#now());
  }

  /** Counted as of before, what a revision spoils would pass for usual. */
  #hold(tally: Tally): void {
    const { revision } = tally;
    if (this.#early?.revision !== revision) this.#early = { revision, rates: new Rates() };
    this.#early.rates.add(tally);
  }

  #swapped({ trigger, revision, previousRevision }: Outcome): void {
    this.#settle();
    const unproven = this.#watch;
    const after = this.#early?.revision === revision ? this.#early?.rates : undefined;
    this.#watch = undefined;
    this.#early = undefined;
    this.#serving = revision ?? this.#serving;
    if (revision === undefined || previousRevision === undefined || trigger === 'rollback') return;
    const now = this.#now();
    // What replaces a revision within its watch is compared with what that one was compared with, and with that one where only it was asked.
    const good = unproven?.good ?? previousRevision;
    const before = unproven?.before.completedBy(unproven.after) ?? this.#recent.sum(now);
    if (good === revision) return;
    this.#watch = { revision, good, before, after: after ?? new Rates(), until: now + this.#options.settings.window };
  }

  /** A watch whose time is over was passed. */
  #settle(): void {
    const watch = this.#watch;
    const now = this.#now();
    if (watch === undefined || now < watch.until) return;
    this.#watch = undefined;
    this.#recent.addAll(watch.after, now);
  }

  #look(watch: Watch, entrypoint: string): void {
    const before = watch.before.of(entrypoint);
    const after = watch.after.of(entrypoint);
    const kind = AILMENTS.find((ailment) => this.#ails(ailment, before, after));
    if (kind !== undefined) this.#bite(watch, entrypoint, kind, before, after);
  }

  #ails(kind: Ailment, before: TallyCounts, after: TallyCounts): boolean {
    const { factor, minimum } = this.#options.settings;
    if (after[kind] < minimum) return false;
    // Many ask for what is undefined most of the time: without a before, that says nothing.
    if (before.asked === 0) return kind !== 'undecided';
    return share(kind, after) > share(kind, before) * factor;
  }

  #bite({ revision, good }: Watch, entrypoint: string, kind: Ailment, before: TallyCounts, after: TallyCounts): void {
    this.#watch = undefined;
    const counted = `${after[kind]} of ${after.asked} decisions, before ${before[kind]} of ${before.asked}`;
    const reason = `watchdog: ${MEANING[kind]} of ${entrypoint}: ${counted}`;
    const bite: Bite = { at: new Date(), kind, entrypoint, from: revision, to: good, reason };
    this.#last = bite;
    const { log, onBite } = this.#options;
    log.error({ revision, entrypoint, kind, before, after }, `${reason}; going back from ${shortId(revision)} to ${shortId(good)}`);
    onBite(bite);
    // Never rejects: what goes wrong is its outcome, which is logged, counted and audited as any other.
    void this.#engine?.reload('rollback', { from: good, pin: true, by: WATCHDOG, reason });
  }
}

const MEANING: Readonly<Record<Ailment, string>> = { errors: 'errors', timeouts: 'timeouts', undecided: 'undefined decisions' };

function share(kind: Ailment, counts: TallyCounts): number {
  return counts.asked === 0 ? 0 : counts[kind] / counts.asked;
}
