import type { EvaluationQuery, FiltersResult, FilterTarget, QueryResult } from '../../compiler/query-protocol.js';
import { GatewayError } from '../../errors.js';
import type { Call, Reply } from '../exchange.js';
import { jsonText } from '../opa/answer.js';
import type { OpaDeps } from '../opa/deps.js';
import { inputIn } from '../opa/envelope.js';
import { EVALUATION_MESSAGE, opaError } from '../opa/errors.js';
import type { OpaCause } from '../opa/errors.js';
import { segmentsOf } from '../opa/resolve.js';
import { hasFlag } from '../query.js';
import { withHeader } from '../replies.js';
import { askInterpreter, refusal } from './ask-interpreter.js';
import { bodyOf, memberOf, texts } from './query-body.js';

/** Data sources by the type that a caller accepts. */
const TARGETS: Readonly<Record<string, FilterTarget>> = Object.fromEntries(
  [
    ...['all', 'minimal', 'prisma', 'linq'].map((dialect) => ({ target: 'ucast', dialect })),
    ...['postgresql', 'mysql', 'sqlserver', 'sqlite'].map((dialect) => ({ target: 'sql', dialect })),
  ].map((target) => [`application/vnd.opa.${target.target}.${target.dialect}+json`, target]),
);

/** Several at once, which the body names. */
const SEVERAL = 'application/vnd.opa.multitarget+json';

/** Data sources that one request may name: there are eight kinds of them. */
const MAX_TARGETS = 16;

interface Asked extends EvaluationQuery {
  readonly filters: NonNullable<EvaluationQuery['filters']>;
}

/**
 * OPA's Compile API on a rule below `root`: what is left of its conditions while some documents are not known, as queries of the data sources
 * that the `Accept` header names.
 */
export function filtersOf(opa: OpaDeps, call: Call, root: string): Promise<Reply> {
  const type = call.headers.accept ?? '';
  const pretty = hasFlag(call.query, 'pretty');
  return askInterpreter(
    opa,
    call,
    () => read(opa, call, root, type),
    (result, asked) => answer(result, asked, type, pretty),
  );
}

async function read(opa: OpaDeps, call: Call, root: string, type: string): Promise<Asked> {
  const segments = segmentsOf(call.path.slice(root.length)) ?? [];
  if (segments.length === 0) throw new GatewayError('request_invalid', "missing required 'path' parameter");
  const body = await bodyOf(opa, call);
  const options = objectOf(memberOf(body, 'options'), 'options');
  const { input } = inputIn(body.bytes, body.members);
  const { targetSQLTableMappings, maskRule = '' } = options;
  if (typeof maskRule !== 'string') throw new GatewayError('request_invalid', "expected 'options.maskRule' to be a string");
  return {
    query: ['data', ...segments.map((segment) => `[${JSON.stringify(segment)}]`)].join(''),
    ...(input === undefined ? {} : { input: Buffer.from(input).toString('utf8') }),
    filters: {
      targets: targetsOf(type, texts(options['targetDialects'], 'options.targetDialects')),
      unknowns: texts(memberOf(body, 'unknowns'), 'unknowns'),
      disableInlining: texts(options['disableInlining'], 'options.disableInlining'),
      maskRule,
      ...(targetSQLTableMappings === undefined
        ? {}
        : { mappings: JSON.stringify(objectOf(targetSQLTableMappings, 'options.targetSQLTableMappings')) }),
    },
  };
}

function targetsOf(type: string, dialects: readonly string[]): readonly FilterTarget[] {
  const one = TARGETS[type];
  if (one !== undefined) return [one];
  if (type !== SEVERAL) {
    const known = [SEVERAL, ...Object.keys(TARGETS)].join(', ');
    throw new GatewayError('request_invalid', `Accept header: ${type === '' ? 'missing' : 'unsupported'}; it is one of ${known}`);
  }
  if (dialects.length > MAX_TARGETS)
    throw new GatewayError('request_invalid', `'options.targetDialects' names more than ${MAX_TARGETS} data sources`);
  return dialects.map((name) => {
    const found = TARGETS[`application/vnd.opa.${name.replace('+', '.')}+json`];
    if (found === undefined)
      throw new GatewayError('request_invalid', `'options.targetDialects': unknown data source ${JSON.stringify(name)}`);
    return found;
  });
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new GatewayError('request_invalid', `expected '${name}' to be an object`);
}

function answer({ error, filters }: QueryResult, { filters: { targets } }: Asked, type: string, pretty: boolean): Reply {
  if (error !== undefined) return refusal(error, 'module(s)');
  if (filters === undefined) throw new GatewayError('internal', 'the interpreter gave no filters');
  const { errors, invalidMappings, results = [], hints } = filters;
  if (invalidMappings !== undefined) return opaError(400, 'invalid_parameter', invalidMappings);
  if (errors !== undefined) return opaError(400, 'evaluation_error', EVALUATION_MESSAGE, JSON.parse(errors) as readonly OpaCause[]);
  const found = type === SEVERAL ? several(targets, results) : results[0];
  const members = [
    ...(found === undefined || found === '' ? [] : [`"result":${found}`]),
    ...(hints === undefined ? [] : [`"hints":${hints}`]),
  ];
  return withHeader(jsonText(`{${members.join(',')}}`, pretty), 'Content-Type', type);
}

/** By dialect; all of UCAST is one, of which the first counts. What can never be is left out. */
function several(targets: readonly FilterTarget[], results: NonNullable<FiltersResult['results']>): string {
  const named = new Map<string, string>();
  for (const [index, { target, dialect }] of targets.entries()) {
    const name = target === 'ucast' ? target : dialect;
    const found = results[index] ?? '';
    if (found !== '' && !named.has(name)) named.set(name, found);
  }
  const order = ['ucast', 'postgresql', 'mysql', 'sqlserver', 'sqlite'].filter((name) => named.has(name));
  return `{${order.map((name) => `"${name}":${named.get(name) ?? ''}`).join(',')}}`;
}
