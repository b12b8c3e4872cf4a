import { AggregatorRegistry, Registry, type Metric, type OpenMetricsContentType } from 'prom-client';
import { createDecisionCounter, type CountDecision } from './decisions.js';
import { Exemplars, familyOf } from './exemplars.js';
import type { MetricSnapshot } from './exemplars.js';
import { createHttpMetrics, type HttpMetrics } from './http.js';
import { createNoteExemplar, type NoteExemplar } from './note-exemplar.js';
import { createEvaluationMetrics, type PolicyMetrics } from './policy.js';

/** What a process that only answers decisions counts. */
export interface DecisionMetrics extends HttpMetrics, Pick<PolicyMetrics, 'evaluation'> {
  readonly decision: CountDecision;
  readonly exemplar: NoteExemplar;
  /** All of it, to be added up with that of other processes. */
  snapshot(): Promise<unknown>;
}

export function createDecisionMetrics(): DecisionMetrics {
  const registry = new Registry();
  const exemplars = new Exemplars();
  const decisions = createDecisionCounter([registry]);
  return {
    ...createHttpMetrics(registry),
    evaluation: createEvaluationMetrics([registry]),
    decision: decisions.decision,
    exemplar: createNoteExemplar(exemplars, decisions),
    snapshot: () => snapshotOf(registry, exemplars),
  };
}

/** What a registry counts, with exemplars. */
export async function snapshotOf(registry: Registry, exemplars: Exemplars): Promise<unknown> {
  const metrics: unknown = await registry.getMetricsAsJSON();
  exemplars.attach(metrics as MetricSnapshot[]);
  return metrics;
}

/**
 * Several snapshots as one registry. Everything is added up, whatever a metric says of itself: what only one process has stays as it is,
 * and what all have are counters and histograms.
 */
function combine(snapshots: readonly unknown[]): Registry {
  const summed = (snapshots as object[][]).map((metrics) => metrics.map((metric) => ({ ...metric, aggregator: 'sum' })));
  return AggregatorRegistry.aggregate(summed);
}

/** Several snapshots as one. */
export function foldSnapshots(snapshots: readonly unknown[]): Promise<unknown> {
  return snapshotOf(combine(snapshots), Exemplars.of(snapshots as MetricSnapshot[][]));
}

/** Several snapshots in Prometheus text format. */
export function textOfSnapshots(snapshots: readonly unknown[]): Promise<string> {
  return combine(snapshots).metrics();
}

/** The same in the format of OpenMetrics, with exemplars. */
export async function openMetricsOf(snapshots: readonly unknown[]): Promise<string> {
  const folded = (await foldSnapshots(snapshots)) as (MetricSnapshot & object)[];
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of folded) {
    const family = { ...metric, name: familyOf(metric) };
    // What the library asks of a metric that it prints.
    registry.registerMetric({ ...family, get: () => Promise.resolve(family) } as unknown as Metric);
  }
  return registry.metrics();
}
