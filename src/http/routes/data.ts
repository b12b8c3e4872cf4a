import type { RevisionLease } from '../../engine/engine.js';
import { asGatewayError } from '../../errors.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { answerText, jsonText } from '../opa/answer.js';
import type { Timers } from '../opa/answer.js';
import { answered, withDecision } from '../opa/answered.js';
import type { Answered } from '../opa/answered.js';
import type { OpaDeps } from '../opa/deps.js';
import type { Question } from '../opa/document.js';
import { readBareInput, readEnvelope } from '../opa/envelope.js';
import type { Envelope } from '../opa/envelope.js';
import { opaError } from '../opa/errors.js';
import { explained, explainMode } from '../opa/explain.js';
import type { Explain, Explained, ExplainQuestion } from '../opa/explain.js';
import { readFlags } from '../opa/flags.js';
import { readOpaBody } from '../opa/read-body.js';
import { WRITES } from '../opa/read-only.js';
import { DATA_ROOT, segmentsOf } from '../opa/resolve.js';
import { parameter } from '../query.js';

/** The document at a path of `data`, made by rules or read from files: GET with the input in the query, POST with it in the body. */
export function dataResource(opa: OpaDeps): Resource {
  const { maxInflatedBytes, maxInputDepth } = opa.limits;
  return {
    path: DATA_ROOT,
    below: true,
    hot: ['POST'],
    methods: {
      GET: (call) => read(opa, call, () => queryInput(call.query, maxInputDepth)),
      POST: (call) => read(opa, call, async () => readEnvelope(await readOpaBody(call, maxInflatedBytes), maxInputDepth)),
      ...WRITES,
    },
  };
}

function queryInput(query: string, maxDepth: number): Envelope {
  const given = parameter(query, 'input').at(-1);
  return given === undefined ? {} : { input: readBareInput(Buffer.from(given), 'parameter', maxDepth) };
}

async function read(opa: OpaDeps, call: Call, readInput: () => Envelope | Promise<Envelope>): Promise<Reply> {
  const start = performance.now();
  const path = segmentsOf(call.path.slice(DATA_ROOT.length));
  if (path === undefined) return opaError(400, 'invalid_parameter', 'invalid path: a segment holds a quote');
  const { explain } = opa.deps;
  const flags = readFlags(call.query, opa.deps.strictBuiltinErrors, explain !== undefined);
  const mode = explainMode(call.query);
  const { input } = await readInput();
  const parsed = performance.now();
  const question: Question = { path, input, strictBuiltinErrors: flags.strictBuiltinErrors, metrics: flags.metrics };
  return withDecision(opa, call, async (lease, onId) => {
    const asked = answered(opa, lease, question, { call, startMs: start, onId });
    const told = mode === undefined || explain === undefined ? undefined : await explainOn(explain, lease, { ...question, mode }, asked);
    const made = told === undefined ? await asked : await asked.catch(() => undefined);
    const evaluation = told ?? made?.evaluation ?? { result: undefined };
    const text = answerText(evaluation, {
      flags,
      revision: lease.revision,
      version: opa.deps.version,
      decisionIds: opa.deps.decisionIds === true,
      decisionId: made?.id,
      inputMissing: call.method === 'POST' && input === undefined,
      ...(told === undefined ? {} : { explanation: told.members }),
      ...(flags.metrics ? { timers: timersOf(start, parsed) } : {}),
    });
    return jsonText(text, flags.pretty);
  });
}

/** The interpreter's word beside that of the engine that serves, on one revision. */
async function explainOn(
  explain: Explain,
  lease: RevisionLease,
  { path, input, strictBuiltinErrors = false, mode }: Question & Pick<ExplainQuestion, 'mode'>,
  asked: Promise<Answered>,
): Promise<Explained> {
  const [told, served] = await Promise.all([
    explain(lease.revision, { path, input, strictBuiltinErrors, mode }),
    asked.then(({ evaluation }) => evaluation.result, asGatewayError),
  ]);
  return explained(told, served);
}

/** Nanoseconds since `start`, before and after `parsed`, under the names of OPA. */
function timersOf(start: number, parsed: number): Timers {
  const end = performance.now();
  const ns = (ms: number): number => Math.round(ms * 1e6);
  return {
    timer_rego_input_parse_ns: ns(parsed - start),
    timer_rego_query_eval_ns: ns(end - parsed),
    timer_server_handler_ns: ns(end - start),
  };
}
