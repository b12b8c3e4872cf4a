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
    help: 'Times that a gate (tests, schema, suites, impact) was asked about a revision, by what came of it.',
    labelNames: ['gate', 'mode', 'result'],
    registers,
  });
  const passed = new Gauge({
    name: 'defenseclaw_policy_gate_passed',
    help: '1 when what a gate asks for held the last time.',
    labelNames: ['gate'],
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
    help: 'Time that a gate took the last time.',
    labelNames: ['gate'],
    registers,
  });
  const replayed = new Gauge({
    name: 'defenseclaw_policy_impact_decisions',
    help: 'Recorded decisions that the last candidate was asked for, by what became of them (replayed, not_replayable, deny_to_allow, allow_to_deny, other, errors).',
    labelNames: ['kind'],
    registers,
  });
  const samples = new Gauge({
    name: 'defenseclaw_policy_suite_samples',
    help: 'Samples of the suites of the policy folder by what they are (attack, benign) and what the inspector said the last time (block, alert, allow).',
    labelNames: ['want', 'outcome'],
    registers,
  });
  return {
    observeGate({ gate, mode, state, counts, durationMs, impact, suites }) {
      runs.inc({ gate, mode, result: state });
      passed.set({ gate }, state === 'passed' ? 1 : 0);
      duration.set({ gate }, durationMs / 1000);
      if (impact !== undefined) {
        const { recorded, replayed: all, deny_to_allow, allow_to_deny, other, errors } = impact;
        const kinds = { replayed: all, not_replayable: recorded - all, deny_to_allow, allow_to_deny, other, errors };
        for (const [kind, count] of Object.entries(kinds)) replayed.set({ kind }, count);
      }
      for (const want of ['attack', 'benign'] as const) {
        for (const [outcome, count] of Object.entries<number>({ ...suites?.[want] })) samples.set({ want, outcome }, count);
      }
      if (gate !== 'tests') return;
      for (const [status, count] of Object.entries<number>({ ...counts })) tests.set({ status }, count);
    },
  };
}
