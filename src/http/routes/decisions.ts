import type { ClosedReason, DecisionContext, Domain, DomainAnswer, DomainName } from '../../domains/domain.js';
import { DOMAINS } from '../../domains/registry.js';
import type { RevisionLease } from '../../engine/engine.js';
import { GatewayError } from '../../errors.js';
import type { Attachment } from '../attachment.js';
import type { HttpDeps } from '../deps.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { onRevision } from '../on-revision.js';
import type { Failed } from '../on-revision.js';
import { ERROR_CODE_HEADER, json, refused } from '../replies.js';

/** What the decision routes are built from. */
export interface DecisionDeps {
  readonly deps: Pick<HttpDeps, 'policyDir' | 'enforcement' | 'guardrail' | 'metrics' | 'log'>;
  readonly attachment: Attachment;
  readonly failed: Failed;
}

/** The decisions by domain. The guardrail is served at two paths: its own, and one beside its siblings. */
export function decisionResources(parts: DecisionDeps): Resource[] {
  return [
    decisionResource('/policy/evaluate', DOMAINS.admission, parts),
    decisionResource('/policy/evaluate/firewall', DOMAINS.firewall, parts),
    decisionResource('/policy/evaluate/audit', DOMAINS.audit, parts),
    decisionResource('/policy/evaluate/skill-actions', DOMAINS['skill-actions'], parts),
    decisionResource('/policy/evaluate/sandbox', DOMAINS.sandbox, parts),
    decisionResource('/policy/evaluate/guardrail', DOMAINS.guardrail, parts),
    decisionResource('/v1/guardrail/evaluate', DOMAINS.guardrail, parts),
  ];
}

function decisionResource<Input>(path: string, domain: Domain<Input>, parts: DecisionDeps): Resource {
  return { path, hot: ['POST'], methods: { POST: (call) => decide(domain, call, parts) } };
}

async function decide<Input>(domain: Domain<Input>, call: Call, parts: DecisionDeps): Promise<Reply> {
  const { deps, attachment } = parts;
  const input = domain.parseInput(await call.body());
  const context = contextFor(domain.name, deps);
  if (context instanceof GatewayError) return listsFailed(context, deps);
  const start = performance.now();
  const close = (thrown: unknown): Reply => counted(domain, closed(thrown, domain, input), deps, start);
  const work = async (lease: RevisionLease): Promise<Reply> => {
    try {
      const request = { entrypoint: domain.entrypoint, input: domain.toEvaluationInput(input, context), strictBuiltinErrors: true };
      const { result } = await lease.evaluate(request);
      return counted(domain, { answer: domain.toAnswer(result) }, deps, start);
    } catch (thrown) {
      return close(thrown);
    }
  };
  if (attachment.engine?.current === undefined) return close(noRevision(parts));
  return onRevision(parts, call, work);
}

/** Lists and settings that go in beside the request. A list that cannot be read is a failure, not an empty list. */
function contextFor(name: DomainName, { enforcement, guardrail }: DecisionDeps['deps']): DecisionContext | GatewayError {
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
    return cause instanceof GatewayError
      ? cause
      : new GatewayError('audit_store_failed', 'the enforcement lists cannot be read', { cause });
  }
}

function listsFailed(error: GatewayError, { log, metrics }: DecisionDeps['deps']): Reply {
  log.error({ err: error }, 'the enforcement lists cannot be read');
  metrics.evaluation('admission', 'error', 0);
  return refused(503, 'audit store unavailable', error.code);
}

/** Why nothing serves: no folder was given, or what is in it was rejected. */
function noRevision({ deps, attachment }: DecisionDeps): GatewayError {
  if (deps.policyDir === undefined || deps.policyDir === '') return new GatewayError('evaluation_no_revision', 'policy_dir not configured');
  const reason = attachment.engine?.lastOutcome?.error?.message;
  return new GatewayError('evaluation_no_revision', `no policy revision is loaded${reason === undefined ? '' : `: ${reason}`}`);
}

interface Closed {
  readonly answer: DomainAnswer;
  readonly code?: string;
}

/**
 * The answer when a decision could not be made. Being too busy is no reason to quarantine anything: that is said as it is, and the caller
 * asks again.
 */
function closed<Input>(thrown: unknown, domain: Domain<Input>, input: Input): Closed {
  if (!(thrown instanceof GatewayError)) throw thrown;
  if (thrown.code === 'evaluation_overloaded' || thrown.code === 'evaluator_closed') throw thrown;
  const reason: ClosedReason = { code: thrown.code, message: thrown.message };
  return { answer: domain.closedForm(reason, input), code: thrown.code };
}

function counted<Input>(domain: Domain<Input>, { answer, code }: Closed, { metrics }: DecisionDeps['deps'], start: number): Reply {
  const verdict = code === undefined ? domain.verdictLabel(answer) : 'error';
  metrics.evaluation(domain.name, verdict, (performance.now() - start) / 1000);
  return json(answer.status, answer.body, code === undefined ? {} : { [ERROR_CODE_HEADER]: code });
}
