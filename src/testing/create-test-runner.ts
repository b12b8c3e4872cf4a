import { availableParallelism } from 'node:os';
import { compiledPolicy } from '../compiler/compiled-policy.js';
import { moduleTexts } from '../compiler/module-texts.js';
import type { BuildResult, TestResult } from '../compiler/protocol.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import { createEvaluator } from '../evaluator/create-evaluator.js';
import type { Evaluator, EvaluatorOptions, PreparedRevision } from '../evaluator/evaluator.js';
import { uniqueDiagnostics } from '../policy/diagnostic.js';
import { mergeData } from '../policy/merge-data.js';
import { compareEngines, explained } from './compare-engines.js';
import { selectTests, testSelection } from './select-tests.js';
import type { TestSelection } from './select-tests.js';
import type { TestRun, TestRunOptions, TestSource } from './test-run.js';
import { runWasmTests } from './wasm-tests.js';

const DEFAULT_TIMEOUT_MS = 5_000;

/** The evaluator's own bound of an evaluation: each test brings a lower one. */
const MAX_TIMEOUT_MS = 24 * 3_600_000;

export interface TestRunnerOptions {
  readonly compiler: Pick<RegoCompiler, 'build' | 'test'>;
  readonly evaluation?: Pick<EvaluatorOptions, 'maxMemoryMb' | 'allowBuiltins' | 'workers'>;
}

/** Runs the tests of source sets. */
export interface TestRunner {
  /** Throws `usage` for a broken `run`, `policy_data_*`, `compiler_*`. What is wrong with the modules is in the answer. */
  run(source: TestSource, options?: TestRunOptions): Promise<TestRun>;
  /** Starts the evaluator's threads now; otherwise the first run does. */
  warm(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A runner with evaluator threads of its own: tests never stand in the way of decisions. */
export function createTestRunner({ compiler, evaluation = {} }: TestRunnerOptions): TestRunner {
  const workers = evaluation.workers ?? Math.max(1, availableParallelism() - 1);
  const evaluator = createEvaluator({ ...evaluation, workers, tests: true, timeoutMs: MAX_TIMEOUT_MS });
  return {
    run: (source, options = {}) => run({ compiler, evaluator, workers }, source, options),
    warm: () => evaluator.warm(),
    close: () => evaluator.close(),
  };
}

interface Parts {
  readonly compiler: Pick<RegoCompiler, 'build' | 'test'>;
  readonly evaluator: Evaluator;
  readonly workers: number;
}

async function run(parts: Parts, source: TestSource, options: TestRunOptions): Promise<TestRun> {
  const started = process.hrtime.bigint();
  const { engine = 'both' } = options;
  const wanted = testSelection(options.run);
  const { data } = mergeData(source);
  const [wasm, topdown] = await Promise.all([
    engine === 'topdown' ? undefined : onGateway(parts, source, data, options, wanted),
    engine === 'wasm' && options.coverage !== true ? undefined : onInterpreter(parts, source, data, options),
  ]);
  const diagnostics = uniqueDiagnostics([...(wasm?.build.diagnostics ?? []), ...(topdown?.diagnostics ?? [])]);
  const sound = diagnostics.every(({ severity }) => severity !== 'error');
  const tested = sound ? verdicts(engine === 'wasm' ? undefined : topdown?.results, wasm?.results, wanted) : NOTHING;
  return {
    ok: sound && tested.disagreements.length === 0 && tested.results.every(({ status }) => status === 'pass' || status === 'skip'),
    engine,
    ...tested,
    ...(topdown?.coverage === undefined ? {} : { coverage: topdown.coverage }),
    diagnostics,
    durationNs: Number(process.hrtime.bigint() - started),
  };
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
  readonly build: Pick<BuildResult, 'diagnostics'>;
  readonly results: TestResult['results'];
}

async function onGateway(
  { compiler, evaluator, workers }: Parts,
  source: TestSource,
  data: Uint8Array,
  { run: pattern, parallel, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: TestRunOptions,
  wanted: TestSelection,
): Promise<GatewayRun> {
  evaluator.warm();
  const build = await compiler.build(
    {
      modules: moduleTexts([...source.modules, ...source.tests]),
      hosted: evaluator.hostedBuiltins,
      overrides: evaluator.overrides,
      printStatements: true,
      tests: true,
      ...(pattern === undefined ? {} : { run: pattern }),
    },
    signal === undefined ? {} : { signal },
  );
  if (!build.ok || build.wasm === null) return { build, results: [] };
  const policy = await compiledPolicy(build, '', '');
  const prepared: PreparedRevision = await evaluator.prepare({ id: '', policy, data });
  try {
    const options = { wanted, timeoutMs, parallel: Math.min(parallel ?? workers, workers), signal };
    return { build, results: await runWasmTests(prepared, build, options) };
  } finally {
    prepared.release();
  }
}

function onInterpreter(
  { compiler }: Parts,
  source: TestSource,
  data: Uint8Array,
  { run: pattern, coverage, parallel, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: TestRunOptions,
): Promise<TestResult> {
  return compiler.test(
    {
      modules: moduleTexts([...source.modules, ...source.tests]),
      data: Buffer.from(data).toString('utf8'),
      timeoutMs,
      ...(pattern === undefined ? {} : { run: pattern }),
      ...(coverage === undefined ? {} : { coverage }),
      ...(parallel === undefined ? {} : { parallel }),
    },
    signal === undefined ? {} : { signal },
  );
}
