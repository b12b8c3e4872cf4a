import type { Domain } from '../../domains/domain.js';
import { GatewayError } from '../../errors.js';
import { contextFor, DECISIONS, DomainQuestion } from '../decision.js';
import type { DecisionSettings } from '../decision.js';
import { Elsewhere } from '../exchange.js';
import type { Reply } from '../exchange.js';
import { REVISION_HEADER, withHeader } from '../replies.js';
import type { QuickParts } from './data.js';
import { unexpected } from './expected.js';
import type { QuickHandler, QuickResource, QuickRevision } from './quick.js';

/** The decisions by domain, as the routes of the same paths make them. */
export function quickDecisionResources(parts: QuickParts & { readonly settings: DecisionSettings }): QuickResource[] {
  return DECISIONS.map(([path, domain]) => ({ path, handlerFor: () => quickDecision(domain, parts) }));
}

function quickDecision<Input>(
  domain: Domain<Input>,
  { deps: { metrics }, source, settings, failed, decisions }: QuickParts & { readonly settings: DecisionSettings },
): QuickHandler {
  const telling = { metrics, decisions };
  return (call, body) => {
    const input = domain.parseInput(body);
    const context = contextFor(domain.name, settings);
    if (context instanceof GatewayError) throw new Elsewhere('', { cause: context });
    const revision = source.current();
    const refusal = unexpected(call, revision, failed);
    if (refusal !== undefined) return refusal;
    const question = new DomainQuestion(domain, input, context, telling, call);
    return withHeader(decide(question, revision), REVISION_HEADER, revision.shortId);
  };
}

function decide<Input>(question: DomainQuestion<Input>, revision: QuickRevision): Reply {
  try {
    return question.answer(revision.evaluateNow(question.request(revision.id)));
  } catch (thrown) {
    return question.close(thrown, revision);
  }
}
