import type { DecisionLog } from '../../decisions/decision-log.js';
import type { Evaluation } from '../../evaluator/evaluator.js';
import { labelsOf } from '../../evaluator/marks.js';
import type { HttpDeps, HttpLimits, RequestMetrics } from '../deps.js';
import { Elsewhere } from '../exchange.js';
import type { Reply } from '../exchange.js';
import { answerText, jsonText } from '../opa/answer.js';
import { countData } from '../opa/count.js';
import { compressed } from '../opa/compress.js';
import { readEnvelope } from '../opa/envelope.js';
import { readFlags } from '../opa/flags.js';
import type { Failed } from '../on-revision.js';
import { DATA_ROOT, resolve, segmentsOf } from '../opa/resolve.js';
import type { Policy } from '../opa/resolve.js';
import { noted } from '../noted.js';
import { names } from '../query.js';
import { REVISION_HEADER, withHeader } from '../replies.js';
import { unexpected } from './expected.js';
import type { QuickHandler, QuickResource, QuickSource } from './quick.js';

export interface QuickParts {
  readonly deps: Pick<HttpDeps, 'version' | 'strictBuiltinErrors'> & { readonly metrics: Pick<RequestMetrics, 'evaluation'> };
  readonly limits: Pick<HttpLimits, 'maxInputDepth'>;
  readonly source: QuickSource;
  readonly failed: Failed;
  /** Undefined: decisions are not recorded. */
  readonly decisions: DecisionLog | undefined;
}

/** The switches that are answered here: none of them asks for more than the evaluation gives anyway. */
const SWITCHES: ReadonlySet<string> = new Set(['pretty', 'provenance', 'rule_labels', 'strict-builtin-errors']);

/** POST /v1/data/… without other switches, where the path is that of an entrypoint: what nearly every OPA client sends. */
export function quickDataResource(parts: QuickParts): QuickResource {
  return {
    path: DATA_ROOT,
    below: true,
    handlerFor(target) {
      const mark = target.indexOf('?');
      const query = mark === -1 ? '' : target.slice(mark + 1);
      if (!names(query).every((name) => SWITCHES.has(name))) return undefined;
      const segments = segmentsOf(target.slice(DATA_ROOT.length, mark === -1 ? undefined : mark));
      return segments === undefined ? undefined : quickData(parts, segments, query);
    },
  };
}

function quickData({ deps, limits, source, failed, decisions }: QuickParts, path: readonly string[], query: string): QuickHandler {
  const flags = readFlags(query, deps.strictBuiltinErrors);
  const slashPath = path.join('/');
  let policy: Policy | undefined;
  let entrypoint: string | undefined;
  return (call, body) => {
    const { input } = readEnvelope(body, limits.maxInputDepth);
    const revision = source.current();
    const refusal = unexpected(call, revision, failed);
    if (refusal !== undefined) return compressed(call, refusal);
    if (revision.policy !== policy) {
      policy = revision.policy;
      entrypoint = entrypointFor(policy, path);
    }
    if (entrypoint === undefined) throw new Elsewhere();
    const request = { entrypoint, strictBuiltinErrors: flags.strictBuiltinErrors };
    const start = performance.now();
    let evaluation: Evaluation | undefined;
    let reply: Reply;
    let error: unknown;
    try {
      evaluation = revision.evaluateNow(input === undefined ? request : { ...request, input });
      const facts = { flags, revision, version: deps.version, decisionIds: false, inputMissing: input === undefined };
      reply = jsonText(answerText(evaluation, facts), flags.pretty);
    } catch (thrown) {
      if (thrown instanceof Elsewhere) throw thrown;
      reply = failed(thrown, call);
      error = thrown;
    }
    countData(deps.metrics, evaluation, start);
    if (decisions !== undefined) {
      noted(reply, decisions, {
        caller: call,
        path: slashPath,
        domain: 'data',
        verdict: undefined,
        revision: revision.id,
        input,
        result: evaluation?.result,
        ruleLabels: labelsOf(evaluation?.marks),
        thrown: error,
        tookMs: performance.now() - start,
        strictBuiltinErrors: flags.strictBuiltinErrors,
      });
    }
    return compressed(call, withHeader(reply, REVISION_HEADER, revision.shortId));
  };
}

/** The entrypoint whose value is the document at the path; undefined when it takes more than that, or none. */
function entrypointFor(policy: Policy, path: readonly string[]): string | undefined {
  const plan = resolve(policy, path);
  return plan.kind === 'evaluate' && plan.rest.length === 0 ? plan.entrypoint : undefined;
}
