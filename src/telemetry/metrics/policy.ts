import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Outcome } from '../../engine/engine.js';
import type { WatcherState } from '../../watcher/watcher.js';
import { shortId } from '../../policy/source-set.js';
import { boundCounter, boundHistogram, closedSet } from './labels.js';
import { QuickHistogram } from './quick-histogram.js';

/** Seconds: an evaluation takes 6 us to 1 s, a reload 5 ms to some seconds. */
const EVALUATION_BUCKETS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const RELOAD_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const domainLabel = closedSet(['admission', 'guardrail', 'firewall', 'sandbox', 'audit', 'skill-actions', 'data']);
/** All that the domains say, and what a document comes to. */
export const VERDICTS = [
  ...['allow', 'allowed', 'deny', 'block', 'blocked', 'scan', 'clean', 'rejected', 'warning', 'alert', 'confirm', 'redact'],
  ...['retain', 'expire', 'none', 'disable', 'quarantine', 'defined', 'undefined', 'error'],
];

const verdictLabel = closedSet(VERDICTS);

export interface PolicyMetrics {
  /** Counts one reload attempt and moves the gauges. */
  observeOutcome(outcome: Outcome): void;
  /** Counts one decision. `domain` and `verdict` of another vocabulary count as `other`. */
  evaluation(domain: string, verdict: string, seconds: number): void;
  /** From now on a scrape asks the watcher. */
  observeWatcher(state: () => WatcherState): void;
}

/** What a counter that lives elsewhere shows. */
function mirror(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}

function watchMetrics(registers: [Registry]): PolicyMetrics['observeWatcher'] {
  let state: (() => WatcherState) | undefined;
  new Counter({
    name: 'defenseclaw_policy_watch_events_total',
    help: 'Change notices of the policy folder.',
    registers,
    collect() {
      mirror(this, state?.().events ?? 0);
    },
  });
  new Counter({
    name: 'defenseclaw_policy_watch_missed_total',
    help: 'Changes of the policy folder that no notice announced and only the sweep found.',
    registers,
    collect() {
      mirror(this, state?.().missed ?? 0);
    },
  });
  new Gauge({
    name: 'defenseclaw_policy_watch_degraded',
    help: '1 while the policy folder is swept instead of watched.',
    registers,
    collect() {
      this.set(state?.().mode === 'degraded' ? 1 : 0);
    },
  });
  return (next) => {
    state = next;
  };
}

function reloadMetrics(registers: [Registry]): PolicyMetrics['observeOutcome'] {
  const reloads = new Counter({
    name: 'defenseclaw_policy_reloads_total',
    help: 'Reload attempts by result and trigger; an attempt that found nothing new is a success.',
    labelNames: ['status', 'trigger'],
    registers,
  });
  const stages = new Histogram({
    name: 'defenseclaw_policy_reload_duration_seconds',
    help: 'Time of each stage of a reload that ran, and of the whole (stage="total").',
    labelNames: ['stage'],
    buckets: RELOAD_BUCKETS,
    registers,
  });
  const successful = new Gauge({
    name: 'defenseclaw_policy_last_reload_successful',
    help: '1 when the last reload attempt succeeded.',
    registers,
  });
  const succeededAt = new Gauge({
    name: 'defenseclaw_policy_last_reload_success_timestamp_seconds',
    help: 'When a reload attempt last succeeded, in seconds since 1970.',
    registers,
  });
  const revision = new Gauge({
    name: 'defenseclaw_policy_revision_info',
    help: 'Always 1: the revision that serves, by its first 12 hex digits.',
    labelNames: ['revision'],
    registers,
  });
  return (outcome) => {
    const ok = outcome.status !== 'rejected';
    reloads.inc({ status: ok ? 'success' : 'failed', trigger: outcome.trigger });
    for (const [stage, ms] of Object.entries(outcome.stages)) stages.observe({ stage }, ms / 1000);
    stages.observe({ stage: 'total' }, outcome.durationMs / 1000);
    successful.set(ok ? 1 : 0);
    if (ok) succeededAt.set(outcome.at.getTime() / 1000);
    // One series at any time: an old revision does not stay behind as a second one.
    revision.reset();
    if (outcome.revision !== undefined) revision.set({ revision: shortId(outcome.revision) }, 1);
  };
}

export const EVALUATION_SECONDS = 'defenseclaw_policy_evaluation_duration_seconds';

/** Labels of the bucket in which an evaluation counts. */
export function evaluationBucket(domain: string, seconds: number): { readonly domain: string; readonly le: number | '+Inf' } {
  return { domain: domainLabel(domain), le: EVALUATION_BUCKETS.find((bound) => seconds <= bound) ?? '+Inf' };
}

export function createEvaluationMetrics(registers: [Registry]): PolicyMetrics['evaluation'] {
  const evaluations = boundCounter({
    name: 'defenseclaw_policy_evaluations_total',
    help: 'Decisions by domain and verdict.',
    labelNames: ['domain', 'verdict'],
    registers,
  });
  const durations = boundHistogram(
    new QuickHistogram({
      name: EVALUATION_SECONDS,
      help: 'Time of one decision, waiting for a worker included.',
      labelNames: ['domain'],
      buckets: EVALUATION_BUCKETS,
      registers,
    }),
  );
  return (domain, verdict, seconds) => {
    const label = domainLabel(domain);
    evaluations(label, verdictLabel(verdict)).inc();
    durations(label).observe(seconds);
  };
}

export function createPolicyMetrics(registry: Registry): PolicyMetrics {
  const registers: [Registry] = [registry];
  return {
    observeOutcome: reloadMetrics(registers),
    evaluation: createEvaluationMetrics(registers),
    observeWatcher: watchMetrics(registers),
  };
}
