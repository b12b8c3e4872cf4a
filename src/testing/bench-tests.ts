import type { BuildResult, SourceLocation, TestRule } from '../compiler/protocol.js';
import { asGatewayError } from '../errors.js';
import type { PreparedRevision } from '../evaluator/evaluator.js';
import { verdict } from './wasm-tests.js';

/** Evaluations that travel to a thread together: the way there is not measured, and need not be waited for one by one. */
const BATCH = 64;

/** Until code is warm it says nothing about code that is: V8 compiles a function anew after some hundred calls. */
const WARM_UP = 200;
/** Bound of the way there, in ms, or in parts of the time for measuring where that is more: slow code spends its time in itself. */
const WARM_UP_MS = 100;
const WARM_UP_SHARE = 0.3;

const NS_PER_MS = 1e6;

/** How long the engine that serves takes for one test. */
export interface TestBenchmark {
  readonly package: string;
  readonly name: string;
  readonly location: SourceLocation;
  /** `fail`: the test does not pass, and how fast it fails is of no interest. */
  readonly status: 'pass' | 'fail' | 'error';
  /** Evaluations that were measured. */
  readonly iterations: number;
  /** Mean and median of one evaluation. */
  readonly nsPerOp: number;
  readonly medianNs: number;
}

export interface BenchOptions {
  readonly wanted: (test: TestRule) => boolean;
  /** Bound of one evaluation in ms. */
  readonly timeoutMs: number;
  /** Time for each test in ms. */
  readonly benchTimeMs: number;
  /** How often each test is measured, one that does not pass but once; default 1. */
  readonly rounds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Measures inside of the thread, test after test. */
export async function* benchTests(
  prepared: PreparedRevision,
  { tests }: Pick<BuildResult, 'tests'>,
  { wanted, timeoutMs, benchTimeMs, rounds = 1, signal }: BenchOptions,
): AsyncGenerator<TestBenchmark> {
  for (const test of tests) {
    if (test.entrypoint === undefined || !wanted(test)) continue;
    for (let round = 0; round < rounds; round++) {
      signal?.throwIfAborted();
      const benchmark = await benchTest(prepared, test, test.entrypoint, timeoutMs, benchTimeMs);
      yield benchmark;
      if (benchmark.status !== 'pass') break;
    }
  }
}

async function benchTest(
  prepared: PreparedRevision,
  test: TestRule,
  entrypoint: string,
  timeoutMs: number,
  benchTimeMs: number,
): Promise<TestBenchmark> {
  const { package: pkg, name, location } = test;
  const base = { package: pkg, name, location, iterations: 0, nsPerOp: 0, medianNs: 0 };
  const once = async (): Promise<number> => (await prepared.evaluate({ entrypoint, timeoutMs })).notes?.durationNs ?? 0;
  try {
    if (verdict(test, await prepared.evaluate({ entrypoint, timeoutMs })).status !== 'pass') return { ...base, status: 'fail' };
    const began = performance.now();
    const enough = Math.max(WARM_UP_MS, benchTimeMs * WARM_UP_SHARE);
    await during(once, (count) => count < WARM_UP && performance.now() - began < enough);
    const started = performance.now();
    const measured = await during(once, () => performance.now() - started < benchTimeMs);
    measured.sort((a, b) => a - b);
    const sum = measured.reduce((total, ns) => total + ns, 0);
    const median = measured[measured.length >> 1] ?? 0;
    return { ...base, status: 'pass', iterations: measured.length, nsPerOp: Math.round(sum / measured.length), medianNs: median };
  } catch (thrown) {
    const { code } = asGatewayError(thrown);
    if (code === 'internal' || code === 'evaluator_closed') throw thrown;
    return { ...base, status: 'error' };
  }
}

/** Slow tests go one by one, so that the last batch does not outlast the time by far. */
async function during(once: () => Promise<number>, more: (count: number) => boolean): Promise<number[]> {
  const measured = [await once()];
  while (more(measured.length)) {
    const last = measured.at(-1) ?? 0;
    const size = last > NS_PER_MS ? 1 : BATCH;
    measured.push(...(await Promise.all(Array.from({ length: size }, once))));
  }
  return measured;
}
