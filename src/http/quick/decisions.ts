import type { Domain } from '../../domains/domain.js';
import { GatewayError } from '../../errors.js';
import { closed, contextFor, counted, DECISIONS } from '../decision.js';
import type { DecisionSettings } from '../decision.js';
import { Elsewhere } from '../exchange.js';
import type { Reply } from '../exchange.js';
import { REVISION_HEADER, withHeader } from '../replies.js';
import type { QuickParts } from './data.js';
import type { QuickHandler, QuickResource } from './quick.js';

/** The decisions by domain, as the routes of the same paths make them. */
export function quickDecisionResources(parts: QuickParts & { readonly settings: DecisionSettings }): QuickResource[] {
  return DECISIONS.map(([path, domain]) => ({ path, handlerFor: () => quickDecision(domain, parts) }));
}

function quickDecision<Input>(
  domain: Domain<Input>,
  { deps: { metrics }, source, settings }: QuickParts & { readonly settings: DecisionSettings },
): QuickHandler {
  return (_call, body) => {
    const input = domain.parseInput(body);
    const context = contextFor(domain.name, settings);
    if (context instanceof GatewayError) throw new Elsewhere('', { cause: context });
    const revision = source.current();
    const start = performance.now();
    let reply: Reply;
    try {
      const request = { entrypoint: domain.entrypoint, input: domain.toEvaluationInput(input, context), strictBuiltinErrors: true };
      reply = counted(domain, { answer: domain.toAnswer(revision.evaluateNow(request).result) }, metrics, start);
    } catch (thrown) {
      if (thrown instanceof Elsewhere) throw thrown;
      reply = counted(domain, closed(thrown, domain, input), metrics, start);
    }
    return withHeader(reply, REVISION_HEADER, revision.shortId);
  };
}
