import type { EvaluationQuery, PartialEvaluation, QueryResult } from '../../compiler/query-protocol.js';
import { GatewayError } from '../../errors.js';
import { formatJson } from '../../value/format-json.js';
import { parseTerm } from '../../value/parse-term.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { jsonText } from '../opa/answer.js';
import type { OpaDeps } from '../opa/deps.js';
import { inputIn } from '../opa/envelope.js';
import { explainMode } from '../opa/explain.js';
import { hasFlag, parameter } from '../query.js';
import { askInterpreter, refusal } from './ask-interpreter.js';
import { filtersOf } from './filters.js';
import { bodyOf, memberOf, texts } from './query-body.js';
import type { Body } from './query-body.js';

const COMPILE = '/v1/compile';

/** What somebody asks. */
type Asked = Pick<EvaluationQuery, 'query' | 'input' | 'partial' | 'explain'>;

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
          call.path === COMPILE ? ask(opa, call, async () => partialFrom(await bodyOf(opa, call))) : filtersOf(opa, call, COMPILE),
      },
    },
  ];
}

function ask(opa: OpaDeps, call: Call, read: () => Promise<Asked>): Promise<Reply> {
  const mode = explainMode(call.query);
  const withMode = async (): Promise<Asked> => ({ ...(await read()), ...(mode === undefined ? {} : { explain: mode }) });
  return askInterpreter(opa, call, withMode, (result, asked) => answer(asked, result, hasFlag(call.query, 'pretty')));
}

function answer(asked: Asked, result: QueryResult, pretty: boolean): Reply {
  const { error, explanation, partial, json = '[]' } = result;
  if (error !== undefined) return refusal(error, asked.partial === undefined ? 'query' : 'module(s)');
  const lines = explanation === undefined ? [] : [`"explanation":${JSON.stringify(explanation.lines)}`];
  const found = partial ?? solutions(json);
  return jsonText(`{${[...lines, ...(found === undefined ? [] : [`"result":${found}`])].join(',')}}`, pretty);
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
