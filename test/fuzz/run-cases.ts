import { compiledPolicy } from '../../src/compiler/compiled-policy.js';
import type { QueryResult } from '../../src/compiler/query-protocol.js';
import type { RegoCompiler } from '../../src/compiler/rego-compiler.js';
import { asGatewayError } from '../../src/errors.js';
import type { Evaluator, PreparedRevision } from '../../src/evaluator/evaluator.js';
import { diagnosticsOf } from '../../src/policy/error-diagnostics.js';
import type { CompiledPolicy } from '../../src/policy/revision.js';
import { formatJson } from '../../src/value/format-json.js';
import { parseTerm } from '../../src/value/parse-term.js';
import { isArray } from '../../src/builtins/operands.js';
import { RegoObject } from '../../src/value/value.js';
import { dataOf, entrypointsOf, modulesOf } from './fuzz-case.js';
import type { FuzzCase } from './fuzz-case.js';

export interface FuzzParts {
  readonly compiler: RegoCompiler;
  readonly evaluator: Evaluator;
}

/** One question that the engines answer differently; `entrypoint` has `NAME` for the number of the case. */
export interface Difference {
  readonly case: FuzzCase;
  readonly entrypoint: string;
  readonly input: string | undefined;
  readonly wasm: string;
  readonly topdown: string;
  /** OPA ends some question of this case in an error. */
  readonly conflicts: boolean;
}

export interface CasesRun {
  /** Cases that compile: the others say nothing. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

interface Named {
  readonly name: string;
  readonly found: FuzzCase;
}

/** Compiles the cases together, since most of a build is the same for one and for fifty, and asks both engines everything. */
export async function runCases(parts: FuzzParts, cases: readonly FuzzCase[]): Promise<CasesRun> {
  const named = await compiling(
    parts,
    cases.map((found, index) => ({ name: String(index), found })),
  );
  return { compared: named.length, differences: await compare(parts, named) };
}

/** The cases that OPA's compiler takes, found by dropping what it names. */
async function compiling({ compiler, evaluator }: FuzzParts, named: readonly Named[]): Promise<readonly Named[]> {
  let left = named;
  while (left.length > 0) {
    const modules = left.flatMap(({ name, found }) => modulesOf(found, name));
    const { ok, diagnostics } = await compiler.check({ modules, hosted: evaluator.hostedBuiltins, strict: false });
    if (ok) break;
    const broken = new Set(diagnostics.map(({ file }) => /^[ce](\d+)\.rego$/u.exec(file ?? '')?.[1]));
    const kept = left.filter(({ name }) => !broken.has(name));
    // An error without a file: nobody can be blamed.
    if (kept.length === left.length) return left.length === 1 ? [] : halves(left, (half) => compiling({ compiler, evaluator }, half));
    left = kept;
  }
  return left;
}

async function halves<T>(named: readonly Named[], work: (half: readonly Named[]) => Promise<readonly T[]>): Promise<T[]> {
  const middle = Math.ceil(named.length / 2);
  return [...(await work(named.slice(0, middle))), ...(await work(named.slice(middle)))];
}

async function compare(parts: FuzzParts, named: readonly Named[]): Promise<readonly Difference[]> {
  if (named.length === 0) return [];
  const loaded = await load(parts, named);
  if (typeof loaded !== 'string') {
    try {
      return await ask(parts, named, loaded);
    } catch (thrown) {
      if (asGatewayError(thrown).code !== 'compiler_crashed') throw thrown;
      return await blameCrash(parts, named);
    } finally {
      loaded.release();
    }
  }
  const [only] = named;
  if (named.length === 1 && loaded === REFUSED) return [];
  if (named.length > 1 || only === undefined) return halves(named, (half) => compare(parts, half));
  return [{ case: only.found, entrypoint: 'build', input: undefined, wasm: loaded, topdown: 'compiles', conflicts: false }];
}

/** The interpreter ended in a panic, which the service reports and survives: on which of the cases? */
async function blameCrash(parts: FuzzParts, named: readonly Named[]): Promise<readonly Difference[]> {
  const [only] = named;
  if (named.length > 1 || only === undefined) return halves(named, (half) => compare(parts, half));
  return [{ case: only.found, entrypoint: 'evaluate', input: undefined, wasm: 'answers', topdown: PANIC, conflicts: false }];
}

/** The revision, or why it cannot serve. */
async function load({ compiler, evaluator }: FuzzParts, named: readonly Named[]): Promise<PreparedRevision | string> {
  const { hostedBuiltins: hosted, overrides } = evaluator;
  const modules = named.flatMap(({ name, found }) => modulesOf(found, name));
  try {
    const built = await compiler.build({ modules, hosted, overrides, printStatements: true });
    const policy: CompiledPolicy = await compiledPolicy(built, '', '');
    return await evaluator.prepare({ id: '', policy, data: Buffer.from(dataText(named)) });
  } catch (thrown) {
    const error = asGatewayError(thrown);
    if (diagnosticsOf(error).some(({ code, file }) => code === 'rego_plan_error' && file !== undefined)) return REFUSED;
    return `${error.code}: ${error.message}`;
  }
}

function dataText(named: readonly Named[]): string {
  return `{${named.flatMap(({ name, found }) => dataOf(found, name)).join(',')}}`;
}

interface Question {
  readonly of: Named;
  readonly entrypoint: string;
  readonly input: string | undefined;
}

async function ask(parts: FuzzParts, named: readonly Named[], loaded: PreparedRevision): Promise<Difference[]> {
  const questions = named.flatMap((of): Question[] =>
    entrypointsOf(of.found, of.name).flatMap((entrypoint) => of.found.inputs.map((input) => ({ of, entrypoint, input }))),
  );
  const [results, answers] = await Promise.all([
    interpret(parts, named, questions, false),
    Promise.all(questions.map((question) => gatewayAnswer(loaded, question))),
  ]);
  const conflicting = new Set(questions.filter((_, index) => interpreterAnswer(results[index]) === ERROR).map(({ of }) => of.name));
  const hidden = questions.filter((_, index) => answers[index] === ERROR && interpreterAnswer(results[index]) !== ERROR);
  for (const name of await conflictsBehindTheIndex(parts, named, hidden)) conflicting.add(name);
  return questions.flatMap(({ of, entrypoint, input }, index): Difference[] => {
    const wasm = answers[index] ?? '';
    const topdown = interpreterAnswer(results[index]);
    if (wasm === topdown || wasm === SKIPPED || topdown === SKIPPED) return [];
    return [
      {
        case: of.found,
        entrypoint: entrypoint.replace(/^([ce])\d+/u, '$1NAME'),
        input,
        wasm,
        topdown,
        conflicts: conflicting.has(of.name),
      },
    ];
  });
}

async function interpret(
  { compiler }: FuzzParts,
  named: readonly Named[],
  questions: readonly Question[],
  exhaustive: boolean,
): Promise<readonly QueryResult[]> {
  const modules = named.flatMap(({ name, found }) => modulesOf(found, name));
  const evaluations = questions.map(({ entrypoint, input }) => ({
    query: `data.${entrypoint.replaceAll('/', '.')}`,
    exhaustive,
    ...(input === undefined ? {} : { input }),
  }));
  const { results, diagnostics } = await compiler.evaluate({ modules, data: dataText(named), timeoutMs: 2_000, evaluations });
  if (results.length !== questions.length) throw new Error(`Expected ${questions.length} answers, got ${JSON.stringify(diagnostics)}`);
  return results;
}

/** Cases in which the interpreter, too, comes by a contradiction once it tries every rule. */
async function conflictsBehindTheIndex(parts: FuzzParts, named: readonly Named[], questions: readonly Question[]): Promise<string[]> {
  if (questions.length === 0) return [];
  const results = await interpret(parts, named, questions, true);
  return questions.filter((_, index) => interpreterAnswer(results[index]) === ERROR).map(({ of }) => of.name);
}

/** OPA's planner has no plan for it, and the operator is told which line that is. */
const REFUSED = 'refused with its place';
/** Ran into a bound, which says nothing about the policy. */
const SKIPPED = 'skipped';
const UNDEFINED = 'undefined';
/** The interpreter's own fault. */
export const PANIC = 'panic';
const ERROR = 'error';

async function gatewayAnswer(loaded: PreparedRevision, { entrypoint, input }: Question): Promise<string> {
  try {
    const { result } = await loaded.evaluate({ entrypoint, ...(input === undefined ? {} : { input: Buffer.from(input) }) });
    return result === undefined ? UNDEFINED : formatJson(parseTerm(result));
  } catch (thrown) {
    const { code, message } = asGatewayError(thrown);
    if (code === 'evaluation_conflict') return ERROR;
    return ['evaluation_timeout', 'evaluation_overloaded', 'evaluation_out_of_memory'].includes(code) ? SKIPPED : `${code}: ${message}`;
  }
}

function interpreterAnswer(answer: QueryResult | undefined): string {
  if (answer === undefined) return SKIPPED;
  if (answer.error !== undefined) return answer.error.code.includes('cancel') ? SKIPPED : ERROR;
  if (!answer.defined) return UNDEFINED;
  const solutions = parseTerm(answer.json ?? '[]');
  const [solution] = isArray(solutions) ? solutions : [];
  const values = solution instanceof RegoObject ? solution.get('_') : undefined;
  const [value] = values !== undefined && isArray(values) ? values : [];
  return value === undefined ? UNDEFINED : formatJson(value);
}
