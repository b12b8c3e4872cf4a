import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../../src/telemetry/metrics.js';
import { createDecisionMetrics } from '../../../src/telemetry/metrics/combined.js';
import { outcome, rejection } from './outcome.js';

/** The text, and after it what the pattern says. */
function literal(text: string, pattern: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')}${pattern}$`, 'u');
}

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
    expect((await one.scrape(undefined)).contentType).toContain('text/plain');
  });

  it('show the traces of decisions to scrapers that take OpenMetrics, of all processes, and to no other', async () => {
    const [metrics, process] = [createMetrics(), createDecisionMetrics()];
    metrics.includeProcesses(async () => [await process.snapshot()]);
    const traced = { domain: 'firewall', path: 'defenseclaw/firewall', verdict: 'deny', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    for (const counted of [metrics, process]) {
      counted.evaluation('firewall', 'deny', 0.0003);
      counted.evaluation('firewall', 'deny', 3);
      counted.decision('defenseclaw/firewall', 'deny');
    }
    metrics.observeOutcome(outcome());
    process.exemplar({ ...traced, seconds: 0.0003, decisionId: 'first' });
    metrics.exemplar({ ...traced, seconds: 3, decisionId: 'last' });
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3';
    expect((await metrics.scrape(accept)).contentType).toContain('text/plain');

    metrics.offerOpenMetrics();
    const { contentType, text } = await metrics.scrape(accept);
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const labels = (id: string): string => `{trace_id="${traced.traceId}",span_id="${traced.spanId}",decision_id="${id}"}`;
    const stamped = (line: string, exemplar: string): unknown =>
      expect.stringMatching(literal(`${line} # ${exemplar}`, ' \\d{10}(\\.\\d+)?'));
    const bucket = 'defenseclaw_policy_evaluation_duration_seconds_bucket';
    const lines = text.split('\n');
    expect(lines).toContainEqual(stamped(`${bucket}{le="0.0005",domain="firewall"} 2`, `${labels('first')} 0.0003`));
    expect(lines).toContainEqual(stamped(`${bucket}{le="+Inf",domain="firewall"} 4`, `${labels('last')} 3`));
    expect(lines).toContainEqual(
      stamped('defenseclaw_decisions_total{path="defenseclaw/firewall",result="deny"} 2', `${labels('last')} 1`),
    );
    expect(lines).toContain('# TYPE defenseclaw_decisions counter');
    expect(text.match(/ # \{/gu)).toHaveLength(3);
    expect(text.endsWith('\n# EOF\n')).toBe(true);

    for (const other of [undefined, 'text/plain', '*/*', 'application/openmetrics-text;q=0']) {
      const plain = await metrics.scrape(other);
      expect([plain.contentType, plain.text.includes('trace_id')], other).toEqual(['text/plain; version=0.0.4; charset=utf-8', false]);
      expect(plain.text).toContain('defenseclaw_decisions_total{path="defenseclaw/firewall",result="deny"} 2');
    }
  });
});
