import { beforeAll, describe, expect, it } from 'vitest';
import { hostedBuiltins } from '../../../src/builtins/index.js';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import { OutOfBudget } from '../../../src/evaluator/host/guest-failure.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { linker } from '../../../src/evaluator/linker.js';
import { GatewayError } from '../../../src/errors.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { compileRego } from '../../helpers/compile.js';
import { sizeSeries } from './size-series.js';
import type { Sized } from './size-series.js';

/** What a serving process gives to one decision. */
const SLICE_MS = 5;

/** Longest that a neighbour waits beyond the slice. */
const PATIENCE_MS = 50;

/** Small, as large as a slice lets a usual one begin with (it gets through 20 characters in a microsecond), and far beyond that. */
const SIZES = [100, 1_000, 8_000, 100_000];

/** One that comes out above the bound is tried again: a machine under load, a collection of garbage and code that is compiled all pass. */
const ATTEMPTS = 20;

/** They wait for the network in a thread of their own, and no serving process ever runs a policy that calls them. */
const REACHING_OUT = ['http.send', 'net.lookup_ip_addr', 'opa.runtime'];

/** Deprecated: only modules of Rego v0 can call them. */
const ONLY_V0 = /^(?:cast_.*|re_match)$/;

const SERIES = sizeSeries();

const CASES = Object.entries(SERIES)
  .filter(([name]) => !ONLY_V0.test(name))
  .flatMap(([name, series]) => series.map((sized, index) => ({ name, index, sized })));

function rule({ name, sized }: { readonly name: string; readonly sized: Sized }, number: number): string {
  const args = sized(1).map((_, index) => `data.args[${index}]`);
  // The compiler makes it out of print, of a value each.
  const call =
    name === 'internal.print' ? 'print([x | some x in data.args[0][0]], data.args[0], data.args)' : `y := ${name}(${args.join(', ')})`;
  return `r${number} := [1 | ${call}]\n`;
}

let policy: CompiledPolicy;
let link: Awaited<ReturnType<typeof linker>>;

beforeAll(async () => {
  policy = await compileRego({ 'sizes.rego': `package sizes\n\n${CASES.map(rule).join('\n')}\nnone := 1\n` });
  link = await linker([], policy.builtins);
});

function load(args: readonly unknown[]): LoadedRevision {
  const data = { json: Buffer.from(JSON.stringify({ args })) };
  const source = {
    module: policy.wasm,
    library: policy.library.module,
    wasmBytes: policy.code.byteLength,
    data,
    maxMemoryBytes: 2 ** 29,
    link,
  };
  return new LoadedRevision(source, new EvaluationContext(() => undefined));
}

/** Ms that one evaluation holds its thread: of the clock, or of the processor where others had it. What ended it is one of two things. */
function heldUp(revision: LoadedRevision, number: number): number {
  const entrypoint = (rule: string): number => revision.entrypoints[`sizes/${rule}`] ?? -1;
  // An instance that was given up before is made anew ahead of the measurement.
  revision.evaluate({ entrypoint: entrypoint('none'), input: undefined, strict: false });
  const cpu = process.cpuUsage();
  const started = performance.now();
  try {
    revision.evaluate({ entrypoint: entrypoint(`r${number}`), input: undefined, strict: false, budgetMs: SLICE_MS });
  } catch (thrown) {
    const failures = ['evaluation_out_of_memory', 'value_too_deep', 'evaluation_failed'];
    if (!(thrown instanceof OutOfBudget) && !(thrown instanceof GatewayError && failures.includes(thrown.code))) throw thrown;
  }
  const { user, system } = process.cpuUsage(cpu);
  return Math.min(performance.now() - started, (user + system) / 1000);
}

describe('no hosted built-in holds up a serving process', () => {
  it('is tried with every one of them', () => {
    const tried = [...Object.keys(SERIES), ...REACHING_OUT].sort();
    expect(tried).toEqual([...hostedBuiltins.keys()].sort());
  });

  it.each(CASES.map(({ name, index, sized }, number) => ({ name, index, sized, number })))(
    '$name, way $index',
    ({ sized, number }) => {
      for (const size of SIZES) {
        const revision = load(sized(size));
        let least = Infinity;
        for (let attempt = 0; attempt < ATTEMPTS && least > SLICE_MS + PATIENCE_MS; attempt++) {
          least = Math.min(least, heldUp(revision, number));
        }
        expect(least, `of size ${size}`).toBeLessThanOrEqual(SLICE_MS + PATIENCE_MS);
      }
    },
    120_000,
  );
});
