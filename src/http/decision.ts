import type { ClosedReason, DecisionContext, Domain, DomainAnswer, DomainName } from '../domains/domain.js';
import { DOMAINS } from '../domains/registry.js';
import { GatewayError } from '../errors.js';
import type { EnforcementSource, GuardrailSettings, RequestMetrics } from './deps.js';
import { Elsewhere } from './exchange.js';
import type { Reply } from './exchange.js';
import { ERROR_CODE_HEADER, json } from './replies.js';

/** What a decision takes in beside the request. */
export interface DecisionSettings {
  readonly enforcement: EnforcementSource;
  readonly guardrail: () => GuardrailSettings;
}

/** The decisions by domain. The guardrail is served at two paths: its own, and one beside its siblings. */
export const DECISIONS: readonly (readonly [path: string, domain: Domain<unknown>])[] = [
  ['/policy/evaluate', DOMAINS.admission],
  ['/policy/evaluate/firewall', DOMAINS.firewall],
  ['/policy/evaluate/audit', DOMAINS.audit],
  ['/policy/evaluate/skill-actions', DOMAINS['skill-actions']],
  ['/policy/evaluate/sandbox', DOMAINS.sandbox],
  ['/policy/evaluate/guardrail', DOMAINS.guardrail],
  ['/v1/guardrail/evaluate', DOMAINS.guardrail],
] as readonly (readonly [string, Domain<unknown>])[];

/** Lists and settings that go in beside the request. A list that cannot be read is a failure, not an empty list. */
export function contextFor(name: DomainName, { enforcement, guardrail }: DecisionSettings): DecisionContext | GatewayError {
  const none: DecisionContext = { blockList: [], allowList: [] };
  if (name === 'guardrail') {
    const { enabled, min_severity: minSeverity } = guardrail().hilt;
    return { ...none, hilt: { enabled, minSeverity } };
  }
  if (name !== 'admission') return none;
  try {
    const { blocked, allowed } = enforcement.lists();
    return { blockList: blocked, allowList: allowed };
  } catch (cause) {
    if (cause instanceof Elsewhere) throw cause;
    return cause instanceof GatewayError
      ? cause
      : new GatewayError('audit_store_failed', 'the enforcement lists cannot be read', { cause });
  }
}

/** What a decision came to, or why there is none. */
export interface Closed {
  readonly answer: DomainAnswer;
  readonly code?: string;
}

/**
 * The answer when a decision could not be made. Being too busy is no reason to quarantine anything: that is said as it is, and the caller
 * asks again.
 */
export function closed<Input>(thrown: unknown, domain: Domain<Input>, input: Input): Closed {
  if (!(thrown instanceof GatewayError)) throw thrown;
  if (thrown.code === 'evaluation_overloaded' || thrown.code === 'evaluator_closed') throw thrown;
  const reason: ClosedReason = { code: thrown.code, message: thrown.message };
  return { answer: domain.closedForm(reason, input), code: thrown.code };
}

/** The answer on the wire, counted. `start` is of `performance.now()`. */
export function counted<Input>(
  domain: Domain<Input>,
  { answer, code }: Closed,
  metrics: Pick<RequestMetrics, 'evaluation'>,
  start: number,
): Reply {
  const verdict = code === undefined ? domain.verdictLabel(answer) : 'error';
  metrics.evaluation(domain.name, verdict, (performance.now() - start) / 1000);
  return json(answer.status, answer.body, code === undefined ? {} : { [ERROR_CODE_HEADER]: code });
}
