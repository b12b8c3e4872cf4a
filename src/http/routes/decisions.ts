import type { Domain } from '../../domains/domain.js';
import { EXPECTED_REVISION, expectRevision } from '../../engine/expect-revision.js';
import { GatewayError } from '../../errors.js';
import type { Attachment } from '../attachment.js';
import { contextFor, DECISIONS, DomainQuestion } from '../decision.js';
import type { HttpDeps } from '../deps.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { onRevision } from '../on-revision.js';
import type { Failed } from '../on-revision.js';
import { refused } from '../replies.js';

/** What the decision routes are built from. */
export interface DecisionDeps {
  readonly deps: Pick<HttpDeps, 'policyDir' | 'enforcement' | 'guardrail' | 'metrics' | 'decisions' | 'log'>;
  readonly attachment: Attachment;
  readonly failed: Failed;
}

export function decisionResources(parts: DecisionDeps): Resource[] {
  return DECISIONS.map(([path, domain]) => ({ path, hot: ['POST'], methods: { POST: (call) => decide(domain, call, parts) } }));
}

async function decide<Input>(domain: Domain<Input>, call: Call, parts: DecisionDeps): Promise<Reply> {
  const { deps, attachment } = parts;
  const input = domain.parseInput(await call.body());
  const context = contextFor(domain.name, deps);
  if (context instanceof GatewayError) return listsFailed(context, deps);
  const question = new DomainQuestion(domain, input, context, { metrics: deps.metrics, decisions: deps.decisions }, call);
  if (attachment.engine?.current === undefined) {
    expectRevision(call.headers[EXPECTED_REVISION], undefined);
    return question.close(noRevision(parts));
  }
  return onRevision(parts, call, async (lease) => {
    try {
      return question.answer(await lease.evaluate(question.request(lease.revision.id)));
    } catch (thrown) {
      return question.close(thrown, lease);
    }
  });
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
