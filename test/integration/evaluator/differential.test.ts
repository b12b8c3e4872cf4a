import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { compareValues } from '../../../src/value/value.js';
import { formatJson } from '../../../src/value/format-json.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import type { RegoValue } from '../../../src/value/value.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';
import { anyValue } from '../../unit/value/arbitrary.js';

const VALUES = fc.sample(anyValue, { numRuns: 400, seed: 20_261_122 });
const LISTS = fc.sample(fc.array(anyValue, { maxLength: 8 }), { numRuns: 200, seed: 20_261_123 });

/** What OPA's own interpreter answers for a query over each input. */
async function interpreted(query: string, inputs: readonly RegoValue[]): Promise<readonly string[]> {
  const evaluations = inputs.map((input) => ({ query: `x := ${query}`, inputTerm: formatTerm(input) }));
  const { results } = await testCompiler().evaluate({ modules: [], evaluations });
  // One solution with one binding: [{"x":…}].
  return results.map(({ json, error }) => json?.slice('[{"x":'.length, -'}]'.length) ?? `error: ${error?.message ?? 'undefined'}`);
}

describe('values, compared with what OPA makes of them', () => {
  let revision: LoadedRevision;

  beforeAll(async () => {
    const policy = await compileRego({ 'd.rego': 'package d\n\nsame := input\n\nsorted := sort(input)\n' });
    revision = new LoadedRevision(
      {
        module: policy.wasm,
        library: policy.library.module,
        wasmBytes: policy.code.byteLength,
        data: { json: Buffer.from('{}') },
        maxMemoryBytes: 2 ** 26,
        link: () => undefined,
      },
      new EvaluationContext(() => undefined),
    );
  });

  function evaluated(rule: string, input: RegoValue): string | undefined {
    const entrypoint = revision.entrypoints[`d/${rule}`] ?? -1;
    return revision.evaluate({ entrypoint, input: Buffer.from(formatTerm(input)), strict: false });
  }

  it('print alike after a trip through WebAssembly', async () => {
    expect(VALUES.map((value) => evaluated('same', value))).toEqual(await interpreted('input', VALUES));
  });

  it('print alike from the tree', async () => {
    expect(VALUES.map((value) => formatJson(value))).toEqual(await interpreted('input', VALUES));
  });

  it('sort alike', async () => {
    const theirs = await interpreted('sort(input)', LISTS);
    expect(LISTS.map((list) => formatJson([...list].sort(compareValues)))).toEqual(theirs);
  });

  it('compare alike', async () => {
    const pairs = VALUES.slice(0, 200).map((value, index): RegoValue => [value, VALUES[index + 200] ?? null]);
    const theirs = await interpreted('[input[0] < input[1], input[0] == input[1]]', pairs);
    const ours = pairs.map((pair) => {
      const [a, b] = pair as readonly [RegoValue, RegoValue];
      return formatJson([compareValues(a, b) < 0, compareValues(a, b) === 0]);
    });
    expect(ours).toEqual(theirs);
  });

  it('reads a value as OPA writes it', () => {
    for (const value of VALUES) expect(formatTerm(parseTerm(formatTerm(value)))).toBe(formatTerm(value));
  });
});
