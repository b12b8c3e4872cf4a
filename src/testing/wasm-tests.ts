import type { BuildResult, TestCaseOutcome, TestOutcome, TestRule } from '../compiler/protocol.js';
import { asGatewayError, GatewayError } from '../errors.js';
import type { Evaluation, EvaluationNotes, PreparedRevision } from '../evaluator/evaluator.js';
import type { TestSelection } from './select-tests.js';

const MAX_TRIES = 20;

const NO_NOTES: EvaluationNotes = { printed: [], cases: [], durationNs: 0 };

export interface WasmTestOptions {
  readonly wanted: TestSelection;
  readonly timeoutMs: number;
  /** Tests that are sent and not answered. The time of each begins when a thread comes to it. */
  readonly inFlight: number;
  readonly signal?: AbortSignal | undefined;
  /** How a test ended before that would end so again. */
  readonly known?: (test: TestRule) => TestOutcome | undefined;
}

/** The tests of a build that are wanted; which cases a table has only a run tells. */
export function chosenTests({ tests }: Pick<BuildResult, 'tests'>, wanted: TestSelection): TestRule[] {
  return tests.filter((test) => test.table === true || wanted(test));
}

/** Runs the tests of a build on the evaluator that makes decisions. */
export async function runWasmTests(
  prepared: PreparedRevision,
  build: Pick<BuildResult, 'tests'>,
  { wanted, timeoutMs, inFlight, signal, known = () => undefined }: WasmTestOptions,
): Promise<TestOutcome[]> {
  const chosen = chosenTests(build, wanted);
  const results: TestOutcome[] = [];
  const queue = chosen.entries();
  async function drain(): Promise<void> {
    for (const [index, test] of queue) {
      signal?.throwIfAborted();
      results[index] = known(test) ?? (await runTest(prepared, test, timeoutMs));
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, chosen.length) }, drain));
  return results;
}

async function runTest(prepared: PreparedRevision, test: TestRule, timeoutMs: number): Promise<TestOutcome> {
  const { entrypoint, package: pkg, name, location } = test;
  const base = { package: pkg, name, location };
  if (entrypoint === undefined) return { ...base, status: 'skip', durationNs: 0, output: [] };
  const evaluated = await attempt(prepared, entrypoint, timeoutMs);
  if (evaluated instanceof GatewayError) {
    const { printed, durationNs } = (evaluated.details['notes'] as EvaluationNotes | undefined) ?? NO_NOTES;
    return { ...base, status: 'error', durationNs, output: printed, error: { code: evaluated.code, message: evaluated.message } };
  }
  const { notes = NO_NOTES } = evaluated;
  return { ...base, ...verdict(test, evaluated), durationNs: notes.durationNs, output: notes.printed };
}

/** How a test ended that was evaluated to its end. */
export function verdict(
  { table }: Pick<TestRule, 'table'>,
  { result, notes = NO_NOTES }: Evaluation,
): Pick<TestOutcome, 'status' | 'cases'> {
  if (table !== true || result === undefined) return { status: result === 'true' ? 'pass' : 'fail' };
  const cases = casesOf(JSON.parse(result), notes);
  return { cases, status: cases.some(({ status }) => status === 'fail') ? 'fail' : 'pass' };
}

async function attempt(
  prepared: PreparedRevision,
  entrypoint: string,
  timeoutMs: number,
  tries = MAX_TRIES,
): Promise<Evaluation | GatewayError> {
  try {
    return await prepared.evaluate({ entrypoint, timeoutMs });
  } catch (thrown) {
    const error = asGatewayError(thrown);
    // It never ran: the thread that a slow test took down is being replaced.
    if (error.code === 'evaluation_overloaded' && tries > 1) return attempt(prepared, entrypoint, timeoutMs, tries - 1);
    // A fault of ours, or the end: not a verdict on the test.
    if (error.code === 'internal' || error.code === 'evaluator_closed') throw error;
    return error;
  }
}

/** The document holds what passed, the notes what began as well: what began and did not pass has failed. */
function casesOf(document: unknown, { cases }: EvaluationNotes): TestCaseOutcome[] {
  const found = new Map<string, TestCaseOutcome>();
  for (const { name, durationNs, printed } of cases) {
    const output = printed.length === 0 ? {} : { output: printed };
    found.set(JSON.stringify(name), { name, status: 'fail', durationNs, ...output });
  }
  for (const { name, status } of leaves(document, [])) {
    const key = JSON.stringify(name);
    found.set(key, { ...found.get(key), name, status });
  }
  return [...found.values()].sort((a, b) => order(a.name, b.name));
}

function* leaves(document: unknown, path: readonly string[]): Generator<{ name: readonly string[]; status: 'pass' | 'fail' }> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    yield { name: path, status: document === true ? 'pass' : 'fail' };
    return;
  }
  for (const [key, value] of Object.entries(document)) yield* leaves(value, [...path, key]);
}

function order(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [a.join('\0'), b.join('\0')];
  return left < right ? -1 : left > right ? 1 : 0;
}
