import { randomUUID } from 'node:crypto';
import { goJson } from '../../domains/go-json.js';
import type { RevisionLease } from '../../engine/engine.js';
import { GatewayError } from '../../errors.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { onRevision } from '../on-revision.js';
import { answerText, jsonText } from '../opa/answer.js';
import { mapBounded, readBatch } from '../opa/batch.js';
import type { BatchInput } from '../opa/batch.js';
import { compressed } from '../opa/compress.js';
import { answered, named } from '../opa/answered.js';
import type { Asked } from '../opa/answered.js';
import type { OpaDeps } from '../opa/deps.js';
import { causeOf, EVALUATION_MESSAGE, opaError } from '../opa/errors.js';
import { readFlags } from '../opa/flags.js';
import type { Flags } from '../opa/flags.js';
import { readOpaBody } from '../opa/read-body.js';
import { segmentsOf } from '../opa/resolve.js';

const ROOT = '/v1/batch/data';

/** Evaluations of one batch that run at the same time. */
const WIDTH = 64;

/** One path asked with many inputs, as Enterprise OPA has it: 200 when all were answered, 207 when some failed, 500 when all did. */
export function batchResource(opa: OpaDeps): Resource {
  return { path: ROOT, below: true, methods: { POST: (call) => batch(opa, call) } };
}

interface Response {
  readonly name: string;
  readonly failed: boolean;
  /** Members of the answer as JSON text, without the braces. */
  readonly text: string;
  /** Of the decision; undefined when decisions are not recorded. */
  readonly id: string | undefined;
}

async function batch(opa: OpaDeps, call: Call): Promise<Reply> {
  const path = segmentsOf(call.path.slice(ROOT.length));
  if (path === undefined) return opaError(400, 'invalid_parameter', 'invalid path: a segment holds a quote');
  const flags = readFlags(call.query, opa.deps.strictBuiltinErrors);
  const inputs = readBatch(await readOpaBody(call, opa.limits.maxInflatedBytes), opa.limits);
  const batchId = randomUUID();
  const reply = await onRevision(opa, call, async (lease) => {
    const responses = await mapBounded(inputs, WIDTH, (input) =>
      respond(opa, lease, path, flags, { ...input, call, batchId, startMs: performance.now() }),
    );
    const assembled = assemble(responses, flags, batchId);
    // Several are named each in its own answer alone.
    return responses.length === 1 ? named(assembled, responses[0]?.id) : assembled;
  });
  return compressed(call, reply);
}

async function respond(
  opa: OpaDeps,
  lease: RevisionLease,
  path: readonly string[],
  flags: Flags,
  { name, input, ...asked }: BatchInput & Asked,
): Promise<Response> {
  let id: string | undefined;
  try {
    const { strictBuiltinErrors, metrics } = flags;
    const onId = (made: string | undefined): void => void (id = made);
    const { evaluation } = await answered(opa, lease, { path, input, strictBuiltinErrors, metrics }, { ...asked, onId });
    const timers = { timer_rego_query_eval_ns: Math.round((performance.now() - asked.startMs) * 1e6) };
    const { version, decisionIds = false } = opa.deps;
    const facts = { flags, revision: lease.revision, version, decisionIds: decisionIds || id !== undefined, decisionId: id, timers };
    return { name, failed: false, id, text: answerText(evaluation, facts).slice(1, -1) };
  } catch (thrown) {
    // A full queue or a closing gateway is the batch's own failure, not that of one input.
    if (!(thrown instanceof GatewayError) || thrown.spec.status === 503) throw thrown;
    const decision = id === undefined ? {} : { decision_id: id };
    const error = { code: 'internal_error', ...decision, message: EVALUATION_MESSAGE, errors: [causeOf(thrown)] };
    return { name, failed: true, id, text: goJson(error).slice(1, -1) };
  }
}

function assemble(responses: readonly Response[], { pretty }: Flags, batchId: string): Reply {
  const failures = responses.filter(({ failed }) => failed).length;
  const mixed = failures > 0 && failures < responses.length;
  const entries = [...responses]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, failed, text }) => {
      const status = mixed ? `"http_status_code":"${failed ? 500 : 200}"` : '';
      return `${goJson(name)}:{${[status, text].filter((part) => part !== '').join(',')}}`;
    });
  const text = `{"batch_decision_id":"${batchId}","responses":{${entries.join(',')}}}`;
  return jsonText(text, pretty, mixed ? 207 : failures > 0 ? 500 : 200);
}
