import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../../src/telemetry/metrics.js';
import { outcome, rejection } from './outcome.js';

/** The series of one metric: labels and value. */
async function series(metrics: Metrics, name: string): Promise<string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)).map((line) => line.slice(name.length).trim());
}

describe('the metrics', () => {
  it('count reloads by status and trigger, and unchanged as a success', async () => {
    const metrics = createMetrics();
    metrics.observeOutcome(outcome({ trigger: 'boot' }));
    metrics.observeOutcome(outcome({ status: 'unchanged', stages: { read: 1 } }));
    metrics.observeOutcome(rejection());
    expect(await series(metrics, 'defenseclaw_policy_reloads_total')).toEqual([
      '{status="success",trigger="boot"} 1',
      '{status="success",trigger="watch"} 1',
      '{status="failed",trigger="api"} 1',
    ]);
    const counts = await series(metrics, 'defenseclaw_policy_reload_duration_seconds_count');
    expect(counts).toContain('{stage="read"} 3');
    expect(counts).toContain('{stage="compile"} 2');
    expect(counts).toContain('{stage="total"} 3');
  });

  it('say when a reload last succeeded and whether the last one did', async () => {
    const metrics = createMetrics();
    metrics.observeOutcome(outcome());
    expect(await series(metrics, 'defenseclaw_policy_last_reload_successful')).toEqual(['1']);
    const at = await series(metrics, 'defenseclaw_policy_last_reload_success_timestamp_seconds');
    expect(at).toEqual([String(Date.UTC(2026, 0, 2, 3, 4, 5) / 1000)]);
    metrics.observeOutcome(rejection({ at: new Date() }));
    expect(await series(metrics, 'defenseclaw_policy_last_reload_successful')).toEqual(['0']);
    expect(await series(metrics, 'defenseclaw_policy_last_reload_success_timestamp_seconds')).toEqual(at);
  });

  it('have one series for the revision, whatever came before', async () => {
    const metrics = createMetrics();
    for (const digit of ['1', '2', '3']) metrics.observeOutcome(outcome({ revision: digit.repeat(64) }));
    expect(await series(metrics, 'defenseclaw_policy_revision_info')).toEqual(['{revision="333333333333"} 1']);
    metrics.observeOutcome(rejection({ revision: undefined }));
    expect(await series(metrics, 'defenseclaw_policy_revision_info')).toEqual([]);
  });

  it('have a closed list of values for every label', async () => {
    const metrics = createMetrics();
    for (let index = 0; index < 500; index += 1) {
      const odd = `odd"\n${index}`;
      metrics.evaluation(odd, odd, 0.001);
      metrics.httpRequest(odd, `/route/${index}`, 200, 0.001);
      metrics.authFailure(odd);
      metrics.admissionDecision(odd, odd, odd);
      metrics.guardrailEvaluation(odd);
      metrics.cacheHit(odd, odd, odd);
      metrics.cacheMiss(odd, odd, odd);
      metrics.judgeInvocation(odd, odd, odd, 1);
      metrics.judgeError(odd, odd);
    }
    expect(await series(metrics, 'defenseclaw_policy_evaluations_total')).toEqual(['{domain="other",verdict="other"} 500']);
    expect(await series(metrics, 'defenseclaw_admission_decisions_total')).toHaveLength(1);
    expect(await series(metrics, 'defenseclaw_gateway_judge_invocations_total')).toHaveLength(1);
    expect((await series(metrics, 'defenseclaw_http_requests_total')).length).toBeLessThanOrEqual(201);
    expect((await series(metrics, 'defenseclaw_guardrail_cache_hits_total')).length).toBeLessThanOrEqual(17);
  });

  it('count decisions by the words of the domains', async () => {
    const metrics = createMetrics();
    metrics.evaluation('skill-actions', 'block', 0.001);
    metrics.evaluation('admission', 'REJECTED', 0.001);
    metrics.evaluation('admission', 'rejected', 0.001);
    expect(await series(metrics, 'defenseclaw_policy_evaluations_total')).toEqual([
      '{domain="skill-actions",verdict="block"} 1',
      '{domain="admission",verdict="rejected"} 2',
    ]);
    expect(await series(metrics, 'defenseclaw_policy_evaluation_duration_seconds_count')).toContain('{domain="admission"} 2');
  });

  it('ask watcher and evaluator when they are scraped', async () => {
    const metrics = createMetrics();
    expect(await series(metrics, 'defenseclaw_policy_watch_degraded')).toEqual(['0']);
    let events = 3;
    metrics.observeWatcher(() => ({ mode: 'degraded', since: new Date(), events, missed: 1 }));
    metrics.observeEvaluator(() => ({ workers: 2, queued: 5, running: 1, workersReplaced: 4, instancesDropped: 6, memoryBytes: 7 }));
    await metrics.text();
    events = 9;
    expect(await series(metrics, 'defenseclaw_policy_watch_events_total')).toEqual(['9']);
    expect(await series(metrics, 'defenseclaw_policy_watch_missed_total')).toEqual(['1']);
    expect(await series(metrics, 'defenseclaw_policy_watch_degraded')).toEqual(['1']);
    expect(await series(metrics, 'defenseclaw_evaluator_queued')).toEqual(['5']);
    expect(await series(metrics, 'defenseclaw_evaluator_workers_replaced_total')).toEqual(['4']);
  });

  it('belong to one gateway each and describe themselves', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.auditWriteFailure();
    expect(await series(one, 'defenseclaw_audit_write_failures_total')).toEqual(['1']);
    expect(await series(two, 'defenseclaw_audit_write_failures_total')).toEqual(['0']);
    expect(one.describe()).toContainEqual({
      name: 'defenseclaw_gateway_judge_errors_total',
      help: 'Judgements that failed, by kind and reason.',
      type: 'counter',
      labels: ['kind', 'reason'],
    });
    expect(await one.text()).toContain('process_cpu_seconds_total');
    expect(one.contentType).toContain('text/plain');
  });
});
