import { availableParallelism } from 'node:os';
import { calledNames } from '../compiler/called-names.js';
import { compiledPolicy } from '../compiler/compiled-policy.js';
import { moduleTexts } from '../compiler/module-texts.js';
import type { BuildResult, TestResult } from '../compiler/protocol.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import { compileLibrary } from '../evaluator/compile-module.js';
import { createEvaluator } from '../evaluator/create-evaluator.js';
import type { Evaluator, EvaluatorOptions, PreparedRevision } from '../evaluator/evaluator.js';
import { uniqueDiagnostics } from '../policy/diagnostic.js';
import { mergeData } from '../policy/merge-data.js';
import { benchTests } from './bench-tests.js';
import type { TestBenchmark } from './bench-tests.js';
import { compareEngines, explained } from './compare-engines.js';
import { selectTests, testSelection } from './select-tests.js';
import type { TestSelection } from './select-tests.js';
import type { TestRun, TestRunOptions, TestSource } from './test-run.js';
import { TestMemory } from './test-memory.js';
import { chosenTests, runWasmTests } from './wasm-tests.js';

const DEFAULT_TIMEOUT_MS = 5_000;

/** The evaluator's own bound of an evaluation: each test brings a lower one. */
const MAX_TIMEOUT_MS = 24 * 3_600_000;

/** Tests that a thread holds, so that the next one need not be waited for: on a busy machine the way there takes longer than the test. */
const AHEAD = 8;

export interface TestRunnerOptions {
  readonly compiler: Pick<RegoCompiler, 'build' | 'library' | 'test'>;
  readonly evaluation?: Pick<EvaluatorOptions, 'maxMemoryMb' | 'allowBuiltins' | 'workers'>;
}

/** Runs the tests of source sets. */
export interface TestRunner {
  /** Throws `usage` for a broken `run`, `policy_data_*`, `compiler_*`. What is wrong with the modules is in the answer. */
  run(source: TestSource, options?: TestRunOptions): Promise<TestRun>;
  /** Measures every chosen test; what is wrong with the modules is thrown as `policy_rejected`, else as {@link run}. */
  bench(source: TestSource, options: BenchRunOptions): AsyncGenerator<TestBenchmark>;
  /** Starts the evaluator's threads now; otherwise the first run does. */
  warm(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A runner with evaluator threads of its own: tests never stand in the way of decisions. */
export function createTestRunner({ compiler, evaluation = {} }: TestRunnerOptions): TestRunner {
  const workers = evaluation.workers ?? Math.max(1, availableParallelism() - 1);
  const evaluator = createEvaluator({ ...evaluation, workers, tests: true, standIns: false, timeoutMs: MAX_TIMEOUT_MS });
  const parts: Parts = { compiler, evaluator, workers, memory: new TestMemory() };
  return {
    run: (source, options = {}) => run(parts, source, options),
    bench: (source, options) => bench(parts, source, options),
    warm: () => evaluator.warm(),
    close: () => evaluator.close(),
  };
}

interface Parts {
  readonly compiler: Pick<RegoCompiler, 'build' | 'library' | 'test'>;
  readonly evaluator: Evaluator;
  readonly workers: number;
  readonly memory: TestMemory;
}

async function run(parts: Parts, source: TestSource, options: TestRunOptions): Promise<TestRun> {
  const started = process.hrtime.bigint();
  const { engine = 'both' } = options;
  const wanted = await testSelection(options.run);
  const { data } = mergeData(source);
  const built = engine === 'topdown' ? undefined : buildTests(parts, source, options);
  const [wasm, topdown] = await Promise.all([
    built?.then((build) => onGateway(parts, build, data, options, wanted)),
    engine === 'wasm' && options.coverage !== true ? undefined : onInterpreter(parts, source, data, options),
  ]);
  const diagnostics = uniqueDiagnostics([...(wasm?.build.diagnostics ?? []), ...(topdown?.diagnostics ?? [])]);
  const omitted = Math.max(foundBy(wasm?.build), foundBy(topdown), diagnostics.length) - diagnostics.length;
  const sound = diagnostics.every(({ severity }) => severity !== 'error');
  const tested = sound ? verdicts(engine === 'wasm' ? undefined : topdown?.results, wasm?.results, wanted) : NOTHING;
  return {
    ok: sound && tested.disagreements.length === 0 && tested.results.every(({ status }) => status === 'pass' || status === 'skip'),
    engine,
    ...tested,
    ...(topdown?.coverage === undefined ? {} : { coverage: topdown.coverage }),
    diagnostics,
    ...(omitted === 0 ? {} : { omitted }),
    durationNs: Number(process.hrtime.bigint() - started),
    ...(wasm?.ran === undefined ? {} : { ran: wasm.ran }),
  };
}

/** Most of what one side finds the other finds too. */
function foundBy(side: Pick<BuildResult, 'diagnostics' | 'omitted'> | undefined): number {
  return side === undefined ? 0 : side.diagnostics.length + (side.omitted ?? 0);
}

type Tested = Pick<TestRun, 'results' | 'disagreements'>;

const NOTHING: Tested = { results: [], disagreements: [] };

function verdicts(topdown: TestResult['results'] | undefined, wasm: TestResult['results'] | undefined, wanted: TestSelection): Tested {
  const witness = selectTests(topdown ?? [], wanted);
  if (wasm === undefined) return { results: witness, disagreements: [] };
  const served = selectTests(wasm, wanted);
  return { results: explained(served, witness), disagreements: topdown === undefined ? [] : compareEngines(served, witness) };
}

interface GatewayRun {
  readonly build: Pick<BuildResult, 'diagnostics' | 'omitted'>;
  readonly results: TestResult['results'];
  readonly ran?: number;
}

async function onGateway(
  parts: Parts,
  build: BuildResult,
  data: Uint8Array,
  options: TestRunOptions,
  wanted: TestSelection,
): Promise<GatewayRun> {
  if (!build.ok || build.wasm === null) return { build, results: [] };
  const { workers, memory } = parts;
  const { parallel = workers, timeoutMs = DEFAULT_TIMEOUT_MS, signal, remember = false } = options;
  const prepared = await prepare(parts, build, data);
  try {
    const known = remember ? memory.recall(data, timeoutMs) : () => undefined;
    const chosen = chosenTests(build, wanted);
    const ran = chosen.filter((test) => known(test) === undefined).length;
    const inFlight = parallel < workers ? parallel : workers * AHEAD;
    const results = await runWasmTests(prepared, build, { wanted, timeoutMs, inFlight, signal, known });
    if (!remember) return { build, results };
    memory.keep(chosen, results);
    return { build, results, ran };
  } finally {
    prepared.release();
  }
}

/** What a measurement is told of. */
export interface BenchRunOptions extends Pick<TestRunOptions, 'run' | 'timeoutMs' | 'signal'> {
  /** Time for each test in ms. */
  readonly benchTimeMs: number;
  /** How often each test is measured; default 1. */
  readonly rounds?: number;
}

async function* bench(parts: Parts, source: TestSource, options: BenchRunOptions): AsyncGenerator<TestBenchmark> {
  const wanted = await testSelection(options.run);
  const { data } = mergeData(source);
  const build = await buildTests(parts, source, options);
  if (build.ok && build.wasm === null) return;
  const prepared = await prepare(parts, build, data);
  try {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, benchTimeMs, rounds = 1, signal } = options;
    yield* benchTests(prepared, build, { wanted: (test) => wanted(test), timeoutMs, benchTimeMs, rounds, signal });
  } finally {
    prepared.release();
  }
}

function buildTests(
  { compiler, evaluator }: Parts,
  source: TestSource,
  { run: pattern, maxDiagnostics, signal }: Pick<TestRunOptions, 'run' | 'maxDiagnostics' | 'signal'>,
): Promise<BuildResult> {
  const modules = moduleTexts([...source.modules, ...source.tests]);
  const built = compiler.build(
    {
      modules,
      hosted: evaluator.hostedBuiltins,
      overrides: evaluator.overrides,
      printStatements: true,
      tests: true,
      ...(pattern === undefined ? {} : { run: pattern }),
      ...(maxDiagnostics === undefined ? {} : { maxDiagnostics }),
    },
    signal === undefined ? {} : { signal },
  );
  // What every build needs is made ready while this one is under way. What goes wrong with it is told by who waits for it.
  compiler
    .library()
    .then(compileLibrary)
    .catch(() => undefined);
  evaluator.warm();
  const called = calledNames(modules);
  evaluator.expect(evaluator.hostedBuiltins.filter((name) => called.has(name)));
  return built;
}

/** Throws `policy_rejected` for modules that do not compile. */
async function prepare({ evaluator }: Parts, build: BuildResult, data: Uint8Array): Promise<PreparedRevision> {
  return evaluator.prepare({ id: '', policy: await compiledPolicy(build, '', ''), data });
}

function onInterpreter(
  { compiler }: Parts,
  source: TestSource,
  data: Uint8Array,
  {
    run: pattern,
    coverage,
    coverageKinds,
    parallel,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    maxDiagnostics,
    remember,
    explain,
    signal,
  }: TestRunOptions,
): Promise<TestResult> {
  return compiler.test(
    {
      modules: moduleTexts([...source.modules, ...source.tests]),
      data: Buffer.from(data).toString('utf8'),
      timeoutMs,
      ...(pattern === undefined ? {} : { run: pattern }),
      ...(coverage === undefined ? {} : { coverage }),
      ...(coverageKinds === undefined ? {} : { coverageKinds }),
      ...(maxDiagnostics === undefined ? {} : { maxDiagnostics }),
      ...(parallel === undefined ? {} : { parallel }),
      ...(remember === undefined ? {} : { remember }),
      ...(explain === undefined ? {} : { explain }),
    },
    signal === undefined ? {} : { signal },
  );
}
