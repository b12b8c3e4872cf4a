import { collectDefaultMetrics, Counter, type Registry } from 'prom-client';
import type { EvaluatorStats } from '../../evaluator/evaluator.js';
import { registerGauges } from './gauges.js';

export interface RuntimeMetrics {
  auditWriteFailure(): void;
  /** From now on a scrape asks the evaluator. */
  observeEvaluator(stats: () => EvaluatorStats): void;
  /** From now on a scrape asks the serving processes. */
  observeServing(stats: () => ServingFigures): void;
}

/** Figures of the processes that answer decisions. */
export interface ServingFigures {
  readonly ready: number;
  readonly replaced: number;
  readonly connections: number;
  readonly forwarded: number;
  readonly overBudget: number;
  readonly instancesDropped: number;
  readonly memoryBytes: number;
}

/** Gauges that read one field of the evaluator's own figures. */
const EVALUATOR_GAUGES: Described<EvaluatorStats> = [
  ['workers', 'defenseclaw_evaluator_workers', 'Worker threads that make decisions.'],
  ['queued', 'defenseclaw_evaluator_queued', 'Decisions that wait for a worker.'],
  ['running', 'defenseclaw_evaluator_running', 'Decisions that a worker has.'],
  ['memoryBytes', 'defenseclaw_evaluator_memory_bytes', 'Memory of all policy instances.'],
];
const EVALUATOR_COUNTERS: Described<EvaluatorStats> = [
  ['workersReplaced', 'defenseclaw_evaluator_workers_replaced_total', 'Workers that were ended and replaced.'],
  ['instancesDropped', 'defenseclaw_evaluator_instances_dropped_total', 'Policy instances that were dropped after an error.'],
];

const SERVING_GAUGES: Described<ServingFigures> = [
  ['ready', 'defenseclaw_serving_processes', 'Processes that answer decisions; 0 when the main process does.'],
  ['connections', 'defenseclaw_serving_connections', 'Connections that serving processes hold.'],
  ['memoryBytes', 'defenseclaw_serving_memory_bytes', 'Memory of all policy instances in serving processes.'],
];
const SERVING_COUNTERS: Described<ServingFigures> = [
  ['replaced', 'defenseclaw_serving_processes_replaced_total', 'Serving processes that ended and were replaced.'],
  ['forwarded', 'defenseclaw_serving_forwarded_total', 'Requests that serving processes sent on to the main process.'],
  [
    'overBudget',
    'defenseclaw_serving_over_budget_total',
    'Decisions that ran over their slice in a serving process and were made by a worker.',
  ],
  ['instancesDropped', 'defenseclaw_serving_instances_dropped_total', 'Policy instances that serving processes dropped.'],
];

/**
 * Gauges of the library that are named as counters, for which checkers of the format refuse the whole answer. What they count is the sum of
 * `nodejs_active_handles`, `_requests` and `_resources`, which stay.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'] as const;

type Described<T> = readonly (readonly [keyof T, string, string])[];

/** Metrics that read fields of figures kept elsewhere; returns what to call once these are there. */
function mirrorFigures<T extends Readonly<Record<keyof T, number>>>(
  registers: [Registry],
  gauges: Described<T>,
  counters: Described<T>,
): (figures: () => T) => void {
  let source: (() => T) | undefined;
  registerGauges(
    registers[0],
    gauges.map(([field, name, help]) => [name, help, (figures: T): number => figures[field]] as const),
    () => source?.(),
  );
  for (const [field, name, help] of counters) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(source?.()[field] ?? 0);
      },
    });
  }
  return (next) => {
    source = next;
  };
}

export function createRuntimeMetrics(registry: Registry): RuntimeMetrics {
  const registers: [Registry] = [registry];
  const failures = new Counter({
    name: 'defenseclaw_audit_write_failures_total',
    help: 'Events that could not be written to the audit trail.',
    registers,
  });
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    auditWriteFailure: () => {
      failures.inc();
    },
    observeEvaluator: mirrorFigures(registers, EVALUATOR_GAUGES, EVALUATOR_COUNTERS),
    observeServing: mirrorFigures(registers, SERVING_GAUGES, SERVING_COUNTERS),
  };
}
