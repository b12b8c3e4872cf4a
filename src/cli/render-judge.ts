import type { JudgeStatus } from '../judge/judge-status.js';
import type { Paint } from './paint.js';

/** `judge` of GET /status. */
export type JudgeBody = JudgeStatus | { readonly enabled: false };

const CIRCUITS = { closed: 'green', half_open: 'yellow', open: 'red' } as const;

export function renderJudge(judge: JudgeBody, paint: Paint): string {
  if (!judge.enabled) return `${paint('dim', 'judge'.padEnd(12))} off (guardrail.judge.enabled is false)`;
  const { cache, last_failure: failure } = judge;
  const rows: [string, string][] = [
    ['judge', `${judge.model} (${judge.provider}) at ${judge.endpoint}`],
    ['circuit', paint(CIRCUITS[judge.circuit], judge.circuit)],
    ...judge.fallbacks.map(({ model, state }): [string, string] => ['fallback', `${model}, circuit ${paint(CIRCUITS[state], state)}`]),
    ['running', `${judge.in_flight}, waiting ${judge.waiting}, timeout ${judge.timeout_ms / 1000} s, fails ${judge.fail_mode}`],
    ['cache', `${cache.size} of ${cache.max} verdicts, kept for ${cache.ttl_ms / 1000} s, generation ${cache.generation}`],
    ['', `${cache.hits} hits, ${cache.misses} misses, ${cache.dropped} dropped by a reload`],
  ];
  if (failure !== null) {
    const status = failure.status === null ? '' : `, HTTP ${failure.status}`;
    rows.push(['last failure', `${failure.kind}: ${failure.reason}${status} at ${failure.at}`]);
  }
  return rows.map(([label, value]) => `${paint('dim', label.padEnd(12))} ${value}`).join('\n');
}
