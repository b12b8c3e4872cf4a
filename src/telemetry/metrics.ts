import { Registry } from 'prom-client';
import { createGateMetrics, type GateMetrics } from './metrics/gates.js';
import { createGuardrailMetrics, type GuardrailMetrics } from './metrics/guardrail.js';
import { createDecisionCounter, createDecisionLogMetrics, type CountDecision, type DecisionLogMetrics } from './metrics/decisions.js';
import { createHistoryMetrics, type HistoryMetrics } from './metrics/history.js';
import { createHttpMetrics, type HttpMetrics } from './metrics/http.js';
import { createPolicyMetrics, type PolicyMetrics } from './metrics/policy.js';
import { textOfSnapshots } from './metrics/combined.js';
import { createRuntimeMetrics, type RuntimeMetrics } from './metrics/runtime.js';

/** What one metric is, for the reference page. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/**
 * Everything that is counted. Each gateway has its own registry: two in one process do not mix. Every label comes from a
 * closed list, so no caller can grow the number of series.
 */
export interface Metrics
  extends PolicyMetrics, GateMetrics, HttpMetrics, GuardrailMetrics, HistoryMetrics, DecisionLogMetrics, RuntimeMetrics {
  readonly decision: CountDecision;
  /** Prometheus text format. */
  text(): Promise<string>;
  /** From now on a scrape adds what other processes have counted. */
  includeProcesses(snapshots: () => Promise<readonly unknown[]>): void;
  readonly contentType: string;
  describe(): readonly MetricDescription[];
}

/** The registry keeps label names to itself; its own objects carry them. */
function labelsOf(metric: object): readonly string[] {
  const names: unknown = 'labelNames' in metric ? metric.labelNames : [];
  return Array.isArray(names) ? names.map(String) : [];
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  let processes: () => Promise<readonly unknown[]> = () => Promise.resolve([]);
  const parts = {
    ...createPolicyMetrics(registry),
    ...createGateMetrics(registry),
    ...createHttpMetrics(registry),
    ...createGuardrailMetrics(registry),
    ...createHistoryMetrics(registry),
    ...createDecisionLogMetrics(registry),
    decision: createDecisionCounter([registry]),
    ...createRuntimeMetrics(registry),
  };
  return {
    ...parts,
    text: async () => {
      const others = await processes();
      return others.length === 0 ? registry.metrics() : textOfSnapshots([await registry.getMetricsAsJSON(), ...others]);
    },
    includeProcesses: (snapshots) => {
      processes = snapshots;
    },
    contentType: registry.contentType,
    describe: () =>
      registry.getMetricsAsArray().map((metric) => ({
        name: metric.name,
        help: metric.help,
        type: String(metric.type),
        labels: labelsOf(metric),
      })),
  };
}
