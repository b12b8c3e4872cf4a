import { AggregatorRegistry, Registry } from 'prom-client';
import { createDecisionCounter, type CountDecision } from './decisions.js';
import { createHttpMetrics, type HttpMetrics } from './http.js';
import { createEvaluationMetrics, type PolicyMetrics } from './policy.js';

/** What a process that only answers decisions counts. */
export interface DecisionMetrics extends HttpMetrics, Pick<PolicyMetrics, 'evaluation'> {
  readonly decision: CountDecision;
  /** All of it, to be added up with that of other processes. */
  snapshot(): Promise<unknown>;
}

export function createDecisionMetrics(): DecisionMetrics {
  const registry = new Registry();
  return {
    ...createHttpMetrics(registry),
    evaluation: createEvaluationMetrics([registry]),
    decision: createDecisionCounter([registry]),
    snapshot: () => registry.getMetricsAsJSON(),
  };
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
  return combine(snapshots).getMetricsAsJSON();
}

/** Several snapshots in Prometheus text format. */
export function textOfSnapshots(snapshots: readonly unknown[]): Promise<string> {
  return combine(snapshots).metrics();
}
