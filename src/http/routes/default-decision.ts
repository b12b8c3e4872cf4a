import type { Call, Reply, Resource } from '../exchange.js';
import { jsonText } from '../opa/answer.js';
import { answered, withDecision } from '../opa/answered.js';
import type { OpaDeps } from '../opa/deps.js';
import { readBareInput } from '../opa/envelope.js';
import { opaError } from '../opa/errors.js';
import { readFlags } from '../opa/flags.js';
import { readOpaBody } from '../opa/read-body.js';
import { ruleAlong, segmentsOf } from '../opa/resolve.js';

const V0 = '/v0/data';

/** OPA's plain form: the body is the input, the answer is the value, nothing around either. An undefined document is 404. */
export function plainDecisionResources(opa: OpaDeps): Resource[] {
  const standard = segmentsOf(opa.deps.defaultDecision ?? 'system/main') ?? [];
  return [
    { path: '/', methods: { POST: (call) => decide(opa, call, standard) } },
    {
      path: V0,
      below: true,
      methods: {
        POST: (call) => {
          const path = segmentsOf(call.path.slice(V0.length));
          return path === undefined ? opaError(400, 'invalid_parameter', 'invalid path: a segment holds a quote') : decide(opa, call, path);
        },
      },
    },
  ];
}

async function decide(opa: OpaDeps, call: Call, path: readonly string[]): Promise<Reply> {
  const startMs = performance.now();
  const { pretty, strictBuiltinErrors } = readFlags(call.query, opa.deps.strictBuiltinErrors);
  const body = readBareInput(await readOpaBody(call, opa.limits.maxInflatedBytes), 'body', opa.limits.maxInputDepth);
  return withDecision(opa, call, async (lease, onId) => {
    const question = { path, strictBuiltinErrors, input: body.length === 0 ? undefined : body };
    const { result } = (await answered(opa, lease, question, { call, startMs, onId })).evaluation;
    if (result !== undefined) return jsonText(result, pretty);
    const what = ruleAlong(lease.revision.policy, path) ? 'undefined' : 'missing';
    return opaError(404, 'undefined_document', `document ${what}: ${['data', ...path].join('.')}`);
  });
}
