import { foldSnapshots } from '../telemetry/metrics/combined.js';
import type { ServingFigures } from '../telemetry/metrics/runtime.js';
import type { ServerProcess } from './server-process.js';

type Sums = Omit<ServingFigures, 'ready' | 'replaced'>;

/** Counts only grow, so those of processes that are gone stay in the sums. What they held does not. */
const GROWING = ['forwarded', 'overBudget', 'instancesDropped'] as const;
const HELD = ['connections', 'memoryBytes'] as const;

/** Adds up what processes report. */
export class Ledger {
  readonly #gone = { forwarded: 0, overBudget: 0, instancesDropped: 0 };
  readonly #retired: unknown[] = [];

  retire({ figures }: ServerProcess): void {
    if (figures === undefined) return;
    for (const name of GROWING) this.#gone[name] += figures[name];
    this.#retired.push(figures.metrics);
  }

  total(members: readonly ServerProcess[]): Sums {
    const sum = (name: keyof Sums): number => members.reduce((total, { figures }) => total + (figures?.[name] ?? 0), 0);
    return {
      ...(Object.fromEntries(HELD.map((name) => [name, sum(name)])) as Pick<Sums, (typeof HELD)[number]>),
      ...(Object.fromEntries(GROWING.map((name) => [name, this.#gone[name] + sum(name)])) as Pick<Sums, (typeof GROWING)[number]>),
    };
  }

  async metrics(members: readonly ServerProcess[]): Promise<readonly unknown[]> {
    if (this.#retired.length > 1) {
      const folded = this.#retired.splice(0);
      this.#retired.push(await foldSnapshots(folded));
    }
    return [...this.#retired, ...members.flatMap(({ figures }) => (figures === undefined ? [] : [figures.metrics]))];
  }
}
