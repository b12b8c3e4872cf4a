import type { TestBenchmark } from '../testing/bench-tests.js';
import { testName } from '../testing/test-name.js';
import type { Paint } from './paint.js';
import { place } from './render-diagnostics.js';

const COUNT_WIDTH = 10;
const NS_WIDTH = 12;

/** One line of a measurement, as Go prints its own: name, evaluations, time of one. */
export function renderBench(benchmark: TestBenchmark, paint: Paint): string {
  const name = testName(benchmark);
  if (benchmark.status !== 'pass')
    return `${paint('red', benchmark.status.toUpperCase().padEnd(5))} ${name}: not measured (${place(benchmark.location)})`;
  const { iterations, nsPerOp, medianNs } = benchmark;
  const figures = `${String(iterations).padStart(COUNT_WIDTH)} ${String(nsPerOp).padStart(NS_WIDTH)} ns/op`;
  return `${figures} ${paint('dim', `(median ${medianNs})`)}  ${name}`;
}

/** The same of what passed, for `benchstat` and its like. */
export function renderGoBench(benchmark: TestBenchmark): string {
  return `${goBenchName(benchmark)}\t${benchmark.iterations}\t${benchmark.nsPerOp} ns/op`;
}

/** As the format wants it: letters and digits after `Benchmark`, each word with a capital. */
function goBenchName(benchmark: TestBenchmark): string {
  const words = testName(benchmark).split(/[^\p{L}\p{N}]+/u);
  return `Benchmark${words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')}`;
}
