import { Counter, Gauge, type Registry } from 'prom-client';
import { boundCounter, closedSet, OTHER } from './labels.js';
import { VERDICTS } from './policy.js';
import { registerGauges } from './gauges.js';
import type { GaugeOf } from './gauges.js';

/** How the recording of decisions goes. */
export interface DecisionFigures {
  readonly ok: boolean;
  readonly written: number;
  readonly dropped: number;
  readonly lost: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly sinks: Readonly<Record<string, { readonly ok: boolean; readonly sent: number; readonly lost: number }>>;
}

export interface DecisionLogMetrics {
  /** From now on a scrape asks for these. */
  observeDecisions(figures: () => DecisionFigures): void;
}

/** Paths that a registry holds; past it a path counts as `other`, since callers choose them. */
const MAX_PATHS = 100;

const resultLabel = closedSet(['true', 'false', ...VERDICTS]);

/** Counts one decision by its path and what it came to. */
export type CountDecision = (path: string, verdict: string) => void;

export interface DecisionSeries {
  readonly decision: CountDecision;
  /** Labels under which it counts. */
  readonly labelsOf: (path: string, verdict: string) => { readonly path: string; readonly result: string };
}

export const DECISIONS_TOTAL = 'defenseclaw_decisions_total';

export function createDecisionCounter(registers: [Registry]): DecisionSeries {
  const decisions = boundCounter({
    name: DECISIONS_TOTAL,
    help: 'Decisions by path and result, while decisions are recorded; recorded or not.',
    labelNames: ['path', 'result'],
    registers,
  });
  const paths = new Set<string>();
  const pathLabel = (path: string): string => (paths.has(path) ? path : OTHER);
  return {
    decision(path, verdict) {
      if (!paths.has(path) && paths.size < MAX_PATHS) paths.add(path);
      decisions(pathLabel(path), resultLabel(verdict)).inc();
    },
    labelsOf: (path, verdict) => ({ path: pathLabel(path), result: resultLabel(verdict) }),
  };
}

const GAUGES: readonly GaugeOf<DecisionFigures>[] = [
  ['defenseclaw_decision_log_ok', '1 while records of decisions are being written.', ({ ok }) => Number(ok)],
  ['defenseclaw_decision_log_bytes', 'Bytes of the records that are kept, as they were counted last.', ({ bytes }) => bytes],
];

export function createDecisionLogMetrics(registry: Registry): DecisionLogMetrics {
  const registers: [Registry] = [registry];
  let source: (() => DecisionFigures) | undefined;
  registerGauges(registry, GAUGES, () => source?.());
  new Counter({
    name: 'defenseclaw_decision_records_total',
    help: 'Records of decisions by what became of them: written, dropped as the policy says, or lost and where.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      if (source === undefined) return;
      const { written, dropped, lost } = source();
      const outcomes = {
        written,
        dropped,
        ...Object.fromEntries(Object.entries(lost).map(([reason, count]) => [`lost_${reason}`, count])),
      };
      for (const [outcome, count] of Object.entries(outcomes)) this.inc({ outcome }, count);
    },
  });
  new Counter({
    name: 'defenseclaw_decision_sink_records_total',
    help: 'Records of decisions that were sent elsewhere, by sink, or were lost on the way there.',
    labelNames: ['sink', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [sink, { sent, lost }] of Object.entries(source?.().sinks ?? {})) {
        this.inc({ sink, outcome: 'sent' }, sent);
        this.inc({ sink, outcome: 'lost' }, lost);
      }
    },
  });
  new Gauge({
    name: 'defenseclaw_decision_sink_ok',
    help: '1 while records of decisions arrive where a sink sends them.',
    labelNames: ['sink'],
    registers,
    collect() {
      for (const [sink, { ok }] of Object.entries(source?.().sinks ?? {})) this.set({ sink }, Number(ok));
    },
  });
  return { observeDecisions: (figures) => void (source = figures) };
}
