import { revisionOf } from './record.js';
import type { DecisionRecord } from './record.js';

/** What became of the decisions of one path. */
export interface PathStats {
  readonly path: string;
  readonly decisions: number;
  readonly errors: number;
  /** By what they came to, the most frequent first. */
  readonly results: Readonly<Record<string, number>>;
  /** Agents that asked, those that named themselves. */
  readonly agents: number;
  readonly revisions: number;
  /** Of the time that they took, in ms. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Words of results that are told apart; what a policy makes up beyond them is `other`. */
const MAX_RESULTS = 20;
/** Times that are looked at, evenly taken out of all. */
const MAX_TIMES = 20_000;

/** Adds records up by path. */
export class DecisionStats {
  readonly #paths = new Map<string, Tally>();

  add(record: DecisionRecord): void {
    const tally = this.#paths.get(record.path) ?? new Tally();
    this.#paths.set(record.path, tally);
    tally.add(record);
  }

  /** The path with the most decisions first. */
  rows(): PathStats[] {
    return [...this.#paths].map(([path, tally]) => ({ path, ...tally.total() })).sort((a, b) => b.decisions - a.decisions);
  }
}

class Tally {
  #decisions = 0;
  #errors = 0;
  readonly #results = new Map<string, number>();
  readonly #agents = new Set<string>();
  readonly #revisions = new Set<string>();
  readonly #times: number[] = [];

  add(record: DecisionRecord): void {
    const { error, custom, metrics } = record;
    const revision = revisionOf(record);
    if (error !== undefined) this.#errors += 1;
    const word = this.#results.has(custom.verdict) || this.#results.size < MAX_RESULTS ? custom.verdict : 'other';
    this.#results.set(word, (this.#results.get(word) ?? 0) + 1);
    if (custom.agent !== undefined) this.#agents.add(custom.agent);
    if (revision !== undefined) this.#revisions.add(revision);
    const at = this.#decisions < MAX_TIMES ? this.#decisions : Math.floor(Math.random() * this.#decisions);
    if (at < MAX_TIMES) this.#times[at] = metrics.timer_server_handler_ns;
    this.#decisions += 1;
  }

  total(): Omit<PathStats, 'path'> {
    const times = this.#times.toSorted((a, b) => a - b);
    const ms = (share: number): number => Math.round((times[Math.floor(times.length * share)] ?? 0) / 1e3) / 1e3;
    const results = Object.fromEntries([...this.#results].sort(([, a], [, b]) => b - a));
    return {
      ...{ decisions: this.#decisions, errors: this.#errors, results, agents: this.#agents.size, revisions: this.#revisions.size },
      ...{ p50Ms: ms(0.5), p95Ms: ms(0.95) },
    };
  }
}
