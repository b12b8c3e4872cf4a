import { Counter, type Registry } from 'prom-client';
import { registerGauges } from './gauges.js';
import type { GaugeOf } from './gauges.js';

/** What the history and its pins say of a gateway at this moment. */
export interface HistoryFigures {
  /** A pin holds what serves. */
  readonly pinned: boolean;
  /** The folder would serve something else than what is pinned. */
  readonly held: boolean;
  /** What serves is the last good revision, because the folder cannot. */
  readonly recovered: boolean;
  /** Revisions that are one swap away. */
  readonly warm: number;
  /** The last write into the store succeeded. */
  readonly written: boolean;
  /** Writes that failed since start. */
  readonly failures: number;
  /** The watchdog looks at a revision that has just begun to serve. */
  readonly watched: boolean;
}

export interface HistoryMetrics {
  /** From now on a scrape asks for these. */
  observeHistory(figures: () => HistoryFigures): void;
  /** Counts one time that the watchdog went back. */
  watchdogRollback(kind: string): void;
}

const GAUGES: readonly GaugeOf<HistoryFigures>[] = [
  ['defenseclaw_policy_pinned', '1 while a pin holds what serves against saves.', ({ pinned }) => Number(pinned)],
  ['defenseclaw_policy_held', '1 while the folder would serve something else than what is pinned.', ({ held }) => Number(held)],
  [
    'defenseclaw_policy_last_good',
    '1 while the last revision that served does so again, because the folder cannot.',
    ({ recovered }) => Number(recovered),
  ],
  ['defenseclaw_policy_warm_revisions', 'Previous revisions that are prepared everywhere: one swap away.', ({ warm }) => warm],
  [
    'defenseclaw_policy_watchdog_watching',
    '1 while the watchdog looks at a revision that has just begun to serve.',
    ({ watched }) => Number(watched),
  ],
  ['defenseclaw_policy_history_ok', '1 while the history of revisions is being written.', ({ written }) => Number(written)],
];

export function createHistoryMetrics(registry: Registry): HistoryMetrics {
  const registers: [Registry] = [registry];
  let source: (() => HistoryFigures) | undefined;
  registerGauges(registry, GAUGES, () => source?.());
  new Counter({
    name: 'defenseclaw_policy_history_write_failures_total',
    help: 'Revisions, entries and pins that could not be written into the history.',
    registers,
    collect() {
      this.reset();
      this.inc(source?.().failures ?? 0);
    },
  });
  const bites = new Counter({
    name: 'defenseclaw_policy_watchdog_rollbacks_total',
    help: 'Times that the watchdog went back, by what had become too much.',
    labelNames: ['kind'],
    registers,
  });
  return {
    watchdogRollback: (kind) => bites.inc({ kind }),
    observeHistory: (figures) => {
      source = figures;
    },
  };
}
