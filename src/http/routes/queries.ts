import type { EvaluationQuery, PartialEvaluation, QueryResult } from '../../compiler/query-protocol.js';
import { GatewayError } from '../../errors.js';
import { formatJson } from '../../value/format-json.js';
import { parseTerm } from '../../value/parse-term.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { Call, Reply, Resource } from '../exchange.js';
import type { Member } from '../json/scan.js';
import { onRevision } from '../on-revision.js';
import { jsonText } from '../opa/answer.js';
import type { OpaDeps } from '../opa/deps.js';
import { inputIn, topLevel } from '../opa/envelope.js';
import { opaError } from '../opa/errors.js';
import { explainMode } from '../opa/explain.js';
import { evaluationFailure } from '../opa/interpreter.js';
import { readOpaBody } from '../opa/read-body.js';
import { hasFlag, parameter } from '../query.js';
import { withHeader } from '../replies.js';

/** Names who answered, where it was not the engine that serves. */
const ENGINE_HEADER = 'X-Policy-Engine';

const COMPILE = '/v1/compile';

/** What somebody asks. */
type Asked = Pick<EvaluationQuery, 'query' | 'input' | 'partial'>;

/**
 * OPA's Query API and Compile API. Compiled policies answer no query of somebody's own, so OPA's interpreter does, on the sources and data of the
 * revision that serves.
 */
export function queryResources(opa: OpaDeps): readonly Resource[] {
  return [
    {
      path: '/v1/query',
      methods: {
        GET: (call) => ask(opa, call, () => Promise.resolve(fromParameter(call))),
        POST: (call) => ask(opa, call, async () => fromBody(await bodyOf(opa, call))),
      },
    },
    {
      path: COMPILE,
      below: true,
      methods: {
        POST: (call) =>
          call.path === COMPILE
            ? ask(opa, call, async () => partialFrom(await bodyOf(opa, call)))
            : opaError(501, 'invalid_operation', 'conditions of rules are not translated into filters of data sources here'),
      },
    },
  ];
}

async function bodyOf({ limits }: OpaDeps, call: Call): Promise<Body> {
  const bytes = await readOpaBody(call, limits.maxInflatedBytes);
  return { bytes, members: topLevel(bytes, limits.maxInputDepth) };
}

async function ask(opa: OpaDeps, call: Call, read: () => Promise<Asked>): Promise<Reply> {
  const { interpret } = opa.deps;
  if (interpret === undefined) return opaError(501, 'invalid_operation', 'no interpreter is here');
  const asked = await read();
  const mode = explainMode(call.query);
  const reply = await onRevision(opa, call, async ({ revision }) => {
    const result = await interpret(revision, { ...asked, ...(mode === undefined ? {} : { explain: mode }) }, { adHoc: true });
    return answer(asked, result, hasFlag(call.query, 'pretty'));
  });
  return withHeader(reply, ENGINE_HEADER, 'interpreter');
}

function answer(asked: Asked, result: QueryResult, pretty: boolean): Reply {
  const { error, explanation, partial, json = '[]' } = result;
  if (error !== undefined) return refusal(error, asked.partial === undefined ? 'query' : 'module(s)');
  const lines = explanation === undefined ? [] : [`"explanation":${JSON.stringify(explanation.lines)}`];
  const found = partial ?? solutions(json);
  return jsonText(`{${[...lines, ...(found === undefined ? [] : [`"result":${found}`])].join(',')}}`, pretty);
}

/** A query that is wrong is the request's fault, with the place in it; what the policy did with a good one is not. */
function refusal(error: NonNullable<QueryResult['error']>, what: string): Reply {
  const { code, message, location } = error;
  if (!code.startsWith('rego_')) throw evaluationFailure(error);
  const doing = code === 'rego_parse_error' ? 'parsing query' : `compiling ${what}`;
  const cause = {
    code,
    message,
    ...(location === undefined ? {} : { location: { file: location.file, row: location.row, col: location.col } }),
  };
  return opaError(400, 'invalid_parameter', `error(s) occurred while ${doing}`, [cause]);
}

/** The bindings of each solution as JSON text; undefined when there is none. */
function solutions(json: string): string | undefined {
  const all = parseTerm(json) as readonly RegoObject[];
  if (all.length === 0) return undefined;
  return `[${all.map(({ entries }) => formatJson(RegoObject.of(entries.filter(([name]) => isNamed(name))))).join(',')}]`;
}

/** Values of a query that binds nothing stand under `_`, and variables without a name begin with a dollar. */
function isNamed(name: RegoValue): boolean {
  return typeof name === 'string' && name !== '_' && !name.startsWith('$');
}

function fromParameter({ query }: Call): Asked {
  const asked = parameter(query, 'q').at(-1);
  if (asked === undefined) throw new GatewayError('request_invalid', "missing parameter 'q'");
  return { query: asked };
}

/** A body that was taken apart once. */
interface Body {
  readonly bytes: Uint8Array;
  readonly members: readonly Member[];
}

function fromBody({ bytes, members }: Body): Asked {
  const query = memberOf({ bytes, members }, 'query');
  if (query !== undefined && typeof query !== 'string') throw new GatewayError('request_invalid', "expected 'query' to be a string");
  if (query === undefined || query === '') throw new GatewayError('request_invalid', "missing required 'query' value");
  const { input } = inputIn(bytes, members);
  return { query, ...(input === undefined ? {} : { input: Buffer.from(input).toString('utf8') }) };
}

function partialFrom(body: Body): Asked {
  const { disableInlining, nondeterministicBuiltins } = (memberOf(body, 'options') ?? {}) as Record<string, unknown>;
  const partial: PartialEvaluation = {
    unknowns: texts(memberOf(body, 'unknowns'), 'unknowns'),
    disableInlining: texts(disableInlining, 'options.disableInlining'),
    nondeterministic: nondeterministicBuiltins === true,
  };
  return { ...fromBody(body), partial };
}

/** A member of the body that is not as exact as an input has to be. */
function memberOf({ bytes, members }: Body, wanted: string): unknown {
  const member = members.findLast(({ name }) => name === wanted);
  return member === undefined ? undefined : (JSON.parse(Buffer.from(bytes.subarray(member.start, member.end)).toString('utf8')) as unknown);
}

function texts(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new GatewayError('request_invalid', `expected '${name}' to be an array of strings`);
}
