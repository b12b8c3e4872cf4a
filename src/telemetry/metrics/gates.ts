import { Counter, Gauge, type Registry } from 'prom-client';
import type { GateReport } from '../../gates/gate-report.js';

export interface GateMetrics {
  /** Counts what the test gate said and moves its gauges. */
  observeGate(report: GateReport): void;
}

export function createGateMetrics(registry: Registry): GateMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: 'defenseclaw_policy_gate_runs_total',
    help: 'Times that the tests of the policy folder were asked about a revision, by what came of it.',
    labelNames: ['mode', 'result'],
    registers,
  });
  const passed = new Gauge({
    name: 'defenseclaw_policy_gate_passed',
    help: '1 when the tests of the policy folder passed the last time they were asked.',
    registers,
  });
  const tests = new Gauge({
    name: 'defenseclaw_policy_gate_tests',
    help: 'Tests of the policy folder by how they ended the last time.',
    labelNames: ['status'],
    registers,
  });
  const duration = new Gauge({
    name: 'defenseclaw_policy_gate_duration_seconds',
    help: 'Time that the last run of the tests of the policy folder took.',
    registers,
  });
  return {
    observeGate({ mode, state, counts, durationMs }) {
      runs.inc({ mode, result: state });
      passed.set(state === 'passed' ? 1 : 0);
      for (const [status, count] of Object.entries<number>({ ...counts })) tests.set({ status }, count);
      duration.set(durationMs / 1000);
    },
  };
}
