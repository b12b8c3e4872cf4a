import { Registry } from 'prom-client';
import { createGateMetrics, type GateMetrics } from './metrics/gates.js';
import { createGuardrailMetrics, type GuardrailMetrics } from './metrics/guardrail.js';
import { createDecisionCounter, createDecisionLogMetrics, type CountDecision, type DecisionLogMetrics } from './metrics/decisions.js';
import { createHistoryMetrics, type HistoryMetrics } from './metrics/history.js';
import { createHttpMetrics, type HttpMetrics } from './metrics/http.js';
import { createPolicyMetrics, type PolicyMetrics } from './metrics/policy.js';
import { openMetricsOf, snapshotOf, textOfSnapshots } from './metrics/combined.js';
import { Exemplars } from './metrics/exemplars.js';
import { createNoteExemplar, type NoteExemplar } from './metrics/note-exemplar.js';
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
  readonly exemplar: NoteExemplar;
  /** Prometheus text format. */
  text(): Promise<string>;
  /** From now on scrapers that ask for OpenMetrics get it, with the exemplars that Prometheus' own format has no place for. */
  offerOpenMetrics(): void;
  /** For a scraper that says what it accepts. */
  scrape(accept: string | undefined): Promise<{ readonly contentType: string; readonly text: string }>;
  /** From now on a scrape adds what other processes have counted. */
  includeProcesses(snapshots: () => Promise<readonly unknown[]>): void;
  describe(): readonly MetricDescription[];
}

/** The registry keeps label names to itself; its own objects carry them. */
function labelsOf(metric: object): readonly string[] {
  const names: unknown = 'labelNames' in metric ? metric.labelNames : [];
  return Array.isArray(names) ? names.map(String) : [];
}

/** Named among what is accepted, and not with the weight 0. */
function takesOpenMetrics(accept = ''): boolean {
  return accept
    .split(',')
    .some((range) => /^\s*application\/openmetrics-text\s*(?:;|$)/iu.test(range) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/iu.test(range));
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const exemplars = new Exemplars();
  const decisions = createDecisionCounter([registry]);
  let openMetrics = false;
  let processes: () => Promise<readonly unknown[]> = () => Promise.resolve([]);
  const parts = {
    ...createPolicyMetrics(registry),
    ...createGateMetrics(registry),
    ...createHttpMetrics(registry),
    ...createGuardrailMetrics(registry),
    ...createHistoryMetrics(registry),
    ...createDecisionLogMetrics(registry),
    decision: decisions.decision,
    exemplar: createNoteExemplar(exemplars, decisions),
    ...createRuntimeMetrics(registry),
  };

  async function text(): Promise<string> {
    const others = await processes();
    return others.length === 0 ? registry.metrics() : textOfSnapshots([await registry.getMetricsAsJSON(), ...others]);
  }

  return {
    ...parts,
    text,
    offerOpenMetrics: () => {
      openMetrics = true;
    },
    scrape: async (accept) => {
      if (!openMetrics || !takesOpenMetrics(accept)) return { contentType: registry.contentType, text: await text() };
      const all = [await snapshotOf(registry, exemplars), ...(await processes())];
      return { contentType: Registry.OPENMETRICS_CONTENT_TYPE, text: await openMetricsOf(all) };
    },
    includeProcesses: (snapshots) => {
      processes = snapshots;
    },
    describe: () =>
      registry.getMetricsAsArray().map((metric) => ({
        name: metric.name,
        help: metric.help,
        type: String(metric.type),
        labels: labelsOf(metric),
      })),
  };
}
