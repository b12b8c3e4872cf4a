import { collectDefaultMetrics, Counter, Gauge, type Registry } from 'prom-client';
import type { EvaluatorStats } from '../../evaluator/evaluator.js';

export interface RuntimeMetrics {
  auditWriteFailure(): void;
  /** From now on a scrape asks the evaluator. */
  observeEvaluator(stats: () => EvaluatorStats): void;
}

/** Gauges that read one field of the evaluator's own figures. */
const EVALUATOR_GAUGES: readonly (readonly [keyof EvaluatorStats, string, string])[] = [
  ['workers', 'defenseclaw_evaluator_workers', 'Worker threads that make decisions.'],
  ['queued', 'defenseclaw_evaluator_queued', 'Decisions that wait for a worker.'],
  ['running', 'defenseclaw_evaluator_running', 'Decisions that a worker has.'],
  ['memoryBytes', 'defenseclaw_evaluator_memory_bytes', 'Memory of all policy instances.'],
];
const EVALUATOR_COUNTERS: readonly (readonly [keyof EvaluatorStats, string, string])[] = [
  ['workersReplaced', 'defenseclaw_evaluator_workers_replaced_total', 'Workers that were ended and replaced.'],
  ['instancesDropped', 'defenseclaw_evaluator_instances_dropped_total', 'Policy instances that were dropped after an error.'],
];

export function createRuntimeMetrics(registry: Registry): RuntimeMetrics {
  const registers: [Registry] = [registry];
  let stats: (() => EvaluatorStats) | undefined;
  for (const [field, name, help] of EVALUATOR_GAUGES) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(stats?.()[field] ?? 0);
      },
    });
  }
  for (const [field, name, help] of EVALUATOR_COUNTERS) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(stats?.()[field] ?? 0);
      },
    });
  }
  const failures = new Counter({
    name: 'defenseclaw_audit_write_failures_total',
    help: 'Events that could not be written to the audit trail.',
    registers,
  });
  collectDefaultMetrics({ register: registry });
  return {
    auditWriteFailure: () => {
      failures.inc();
    },
    observeEvaluator: (next) => {
      stats = next;
    },
  };
}
