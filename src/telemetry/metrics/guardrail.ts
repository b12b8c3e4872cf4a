import { Histogram, type Registry } from 'prom-client';
import { boundCounter, closedSet, OTHER } from './labels.js';

const JUDGE_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const decisionLabel = closedSet(['blocked', 'allowed', 'scan', 'clean', 'rejected', 'warning', 'error']);
const sourceLabel = closedSet(['api', 'watcher', 'cli']);
const targetLabel = closedSet(['skill', 'mcp', 'plugin', 'tool', 'agent', 'model', 'package']);
const actionLabel = closedSet(['allow', 'alert', 'block', 'confirm', 'redact', 'deny', 'error']);
const severityLabel = closedSet(['NONE', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
const kindLabel = closedSet(['injection', 'pii', 'exfil', 'tool_injection']);
const scannerLabel = closedSet(['llm-judge', 'injection', 'pii', 'exfil', 'tool_injection', 'local-pattern', 'ai-defense']);
const verdictLabel = closedSet(['allow', 'alert', 'block', 'confirm', 'error', 'none']);
const errorLabel = closedSet([
  ...['provider', 'empty_response', 'parse', 'timeout', 'rate_limited', 'too_large', 'circuit_open', 'overloaded', 'stale', 'aborted'],
]);
/** A bucket names the configured TTL (`30s`, `50ms`): there are few, but the text is not ours. */
const MAX_TTL_BUCKETS = 16;

export interface GuardrailMetrics {
  admissionDecision(decision: string, source: string, targetType: string): void;
  /** One answer of the guardrail by the action that it took. */
  guardrailEvaluation(action: string): void;
  cacheHit(scanner: string, verdict: string, ttlBucket: string): void;
  cacheMiss(scanner: string, verdict: string, ttlBucket: string): void;
  judgeInvocation(kind: string, action: string, severity: string, seconds: number): void;
  judgeError(kind: string, reason: string): void;
}

export function createGuardrailMetrics(registry: Registry): GuardrailMetrics {
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): ReturnType<typeof boundCounter<L>> =>
    boundCounter({ name, help, labelNames, registers: [registry] });
  const admissions = counter('defenseclaw_admission_decisions_total', 'Admission decisions by decision, source and type of target.', [
    ...(['decision', 'source', 'target_type'] as const),
  ]);
  const guardrail = counter('defenseclaw_guardrail_evaluations_total', 'Guardrail answers by action taken.', ['action']);
  const cacheLabels = ['scanner', 'verdict', 'ttl_bucket'] as const;
  const hits = counter('defenseclaw_guardrail_cache_hits_total', 'Verdicts of the judge that were reused.', cacheLabels);
  const misses = counter('defenseclaw_guardrail_cache_misses_total', 'Verdicts of the judge that had to be asked for.', cacheLabels);
  const invocations = counter('defenseclaw_gateway_judge_invocations_total', 'Calls of the judge by kind, action and severity.', [
    ...(['kind', 'action', 'severity'] as const),
  ]);
  const errors = counter('defenseclaw_gateway_judge_errors_total', 'Judgements that failed, by kind and reason.', ['kind', 'reason']);
  const latency = new Histogram({
    name: 'defenseclaw_gateway_judge_latency_seconds',
    help: 'Time of one judgement, retries included.',
    labelNames: ['kind'],
    buckets: JUDGE_BUCKETS,
    registers: [registry],
  });
  const ttls = new Set<string>();
  const ttlLabel = (bucket: string): string => {
    if (ttls.size < MAX_TTL_BUCKETS) ttls.add(bucket);
    return ttls.has(bucket) ? bucket : OTHER;
  };
  return {
    admissionDecision: (decision, source, type) => admissions(decisionLabel(decision), sourceLabel(source), targetLabel(type)).inc(),
    guardrailEvaluation: (action) => guardrail(actionLabel(action)).inc(),
    cacheHit: (scanner, verdict, ttl) => hits(scannerLabel(scanner), verdictLabel(verdict), ttlLabel(ttl)).inc(),
    cacheMiss: (scanner, verdict, ttl) => misses(scannerLabel(scanner), verdictLabel(verdict), ttlLabel(ttl)).inc(),
    judgeInvocation: (kind, action, severity, seconds) => {
      invocations(kindLabel(kind), actionLabel(action), severityLabel(severity.toUpperCase())).inc();
      latency.observe({ kind: kindLabel(kind) }, seconds);
    },
    judgeError: (kind, reason) => errors(kindLabel(kind), errorLabel(reason)).inc(),
  };
}
