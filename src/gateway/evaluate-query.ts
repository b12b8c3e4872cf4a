import { compiledPolicy } from '../compiler/compiled-policy.js';
import { moduleTexts } from '../compiler/module-texts.js';
import type { EvaluationError } from '../compiler/protocol.js';
import type { ExplainMode, Explanation } from '../compiler/explanation.js';
import type { ProfiledExpression, QueryResult, Solutions } from '../compiler/query-protocol.js';
import { asGatewayError, GatewayError } from '../errors.js';
import { validateInput } from '../value/json-input.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import { mergeData } from '../policy/merge-data.js';
import type { SourceSet } from '../policy/source-set.js';
import { parseTerm } from '../value/parse-term.js';
import { compareValues, equalValues } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import type { PolicyEngine } from './policy-engine.js';

export interface QueryOptions {
  /** JSON text. */
  readonly input?: string | undefined;
  /** Whose answer is given: with `both` the interpreter's, beside a word on whether the gateway's is the same. */
  readonly engine: 'both' | 'wasm' | 'topdown';
  readonly package?: string | undefined;
  readonly imports?: readonly string[] | undefined;
  readonly exhaustive?: boolean | undefined;
  readonly explain?: ExplainMode | undefined;
  readonly profile?: boolean | undefined;
  /** Bound in ms. */
  readonly timeoutMs: number;
}

export interface QueryAnswer {
  /** An array of solutions as JSON text; see {@link QueryResult.json}. */
  readonly json: string;
  /** Absent when only one engine was asked. */
  readonly agree?: boolean;
  /** The gateway's own solutions where they differ, or why it has none. */
  readonly wasm?: string;
  readonly printed: readonly string[];
  readonly explanation?: Explanation;
  readonly profile?: readonly ProfiledExpression[];
  /** The evaluation failed; `json` is an empty array. */
  readonly error?: EvaluationError;
}

/**
 * Evaluates a query over the served modules and the data of a source set. Throws `policy_rejected` with diagnostics for modules that do not
 * compile, `policy_data_*`, `evaluation_input_*`, `compiler_*`.
 */
export async function evaluateQuery(parts: PolicyEngine, source: SourceSet, query: string, options: QueryOptions): Promise<QueryAnswer> {
  const input = options.input === undefined ? undefined : Buffer.from(options.input);
  if (input !== undefined) validateInput(input, { maxDepth: MAX_INPUT_DEPTH });
  const { data } = mergeData(source);
  const witness = await onInterpreter(parts, source, data, query, options);
  const { json = '[]', printed = [], explanation, profile, error, solutions } = witness;
  const beside = {
    printed,
    ...(explanation === undefined ? {} : { explanation }),
    ...(profile === undefined ? {} : { profile }),
  };
  if (options.engine === 'topdown') return { json, ...beside, ...(error === undefined ? {} : { error }) };
  // A query that cannot be evaluated at all is no case for a second opinion.
  if (error !== undefined || solutions === undefined) return { json, ...beside, ...(error === undefined ? {} : { error }) };
  const served = await onGateway(parts, source, data, solutions, input, options.timeoutMs);
  if (options.engine === 'wasm') {
    if (served instanceof GatewayError) throw served;
    return { json: solutions.whole ? served : holds(served), ...beside };
  }
  // The rule that stands for the query in the gateway would be part of its own answer: there is nothing to compare.
  if (served instanceof GatewayError && asksForItself(served)) return { json, ...beside };
  const agree = !(served instanceof GatewayError) && same(json, served, solutions.whole);
  return { json, agree, ...(agree ? {} : { wasm: served instanceof GatewayError ? served.message : served }), ...beside };
}

/** All of `data`, or a package by a name that only the evaluation knows. */
function asksForItself(failure: GatewayError): boolean {
  return diagnosticsOf(failure).some(({ code }) => code === 'rego_recursion_error');
}

const MAX_INPUT_DEPTH = 512;

/** Memory of the interpreter in MiB. */
const MAX_MEMORY_MB = 1024;

async function onInterpreter(
  { compiler }: PolicyEngine,
  source: SourceSet,
  data: Uint8Array,
  query: string,
  { input, engine, package: pkg, imports, explain, profile, exhaustive, timeoutMs }: QueryOptions,
): Promise<QueryResult> {
  const { ok, results, diagnostics } = await compiler.evaluate({
    modules: moduleTexts(source.modules),
    data: Buffer.from(data).toString('utf8'),
    timeoutMs,
    maxMemoryMb: MAX_MEMORY_MB,
    evaluations: [
      {
        query,
        ...(input === undefined ? {} : { input }),
        ...(pkg === undefined ? {} : { package: pkg }),
        ...(imports === undefined ? {} : { imports }),
        ...(explain === undefined ? {} : { explain }),
        ...(exhaustive === true ? { exhaustive } : {}),
        ...(profile === true ? { profile } : {}),
        ...(engine === 'topdown' ? {} : { solutions: true }),
      },
    ],
  });
  const [result] = results;
  if (ok && result !== undefined) return result;
  throw new GatewayError('policy_rejected', 'the modules do not compile', { details: { diagnostics } });
}

/** The solutions of the engine that serves as JSON text, or why there are none. */
async function onGateway(
  { compiler, evaluator }: PolicyEngine,
  source: SourceSet,
  data: Uint8Array,
  { module, entrypoint }: Solutions,
  input: Uint8Array | undefined,
  timeoutMs: number,
): Promise<string | GatewayError> {
  try {
    const modules = [...moduleTexts(source.modules), module];
    const { hostedBuiltins: hosted, overrides } = evaluator;
    const policy = await compiledPolicy(await compiler.build({ modules, hosted, overrides, printStatements: true }), '', '');
    const prepared = await evaluator.prepare({ id: '', policy, data });
    try {
      const { result } = await prepared.evaluate({ entrypoint, timeoutMs, ...(input === undefined ? {} : { input }) });
      return result ?? '[]';
    } finally {
      prepared.release();
    }
  } catch (thrown) {
    return asGatewayError(thrown);
  }
}

/** Solutions come in an order that means nothing, and the interpreter may find one twice. */
function same(interpreted: string, served: string, whole: boolean): boolean {
  const [one, other] = [solutionsIn(interpreted), solutionsIn(served)];
  if (!whole) return one.length > 0 === other.length > 0;
  return equalValues(one, other);
}

function solutionsIn(json: string): readonly RegoValue[] {
  const all = parseTerm(json);
  const sorted = Array.isArray(all) ? [...(all as readonly RegoValue[])].sort((a, b) => compareValues(a, b)) : [];
  return sorted.filter((value, index) => index === 0 || !equalValues(value, sorted[index - 1] ?? null));
}

/** The answer for a query without bindings, in the interpreter's words. */
function holds(served: string): string {
  return served === '[]' ? '[]' : '[{"_":[true]}]';
}
