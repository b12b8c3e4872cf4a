import { beforeAll, describe, expect, it } from 'vitest';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import { OutOfBudget } from '../../../src/evaluator/host/guest-failure.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { linker } from '../../../src/evaluator/linker.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { compileRego } from '../../helpers/compile.js';

/** Each function calls the one before it twice, with arguments that are never the same: no loop, and no result is kept. */
const CALLS = Array.from({ length: 30 }, (_, level) =>
  level === 0 ? 'f0(x) := x' : `f${level}(x) := f${level - 1}(x * 2) + f${level - 1}((x * 2) + 1)`,
).join('\n\n');

/** A value of 26 levels that each hold the one below twice: little memory, but comparing two of them recurs inside of the library. */
const TWINS = Array.from({ length: 26 }, (_, level) =>
  level === 0 ? 't0(x) := x' : `t${level}(x) := [y | some _ in [1, 2]] if y := t${level - 1}(x)`,
).join('\n\n');

const POLICY = `package budget

scan := count([1 | some a in numbers.range(1, 20000); some b in numbers.range(1, 20000); a * b == -1])

${CALLS}

calls := f29(1)

hosted := count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); startswith(sprintf("%d-%d", [a, b]), "x")])

ordered := [x | some a in numbers.range(1, 3000); some x in {y | some y in input.list; y != a}]

patterns := count([1 | some i in numbers.range(1, 1000000); regex.match(sprintf("^(a+)+%d$", [i]), input.text)])

text := count([1 | some i in numbers.range(1, 1000000); contains(input.text, "aab")])

parsed := count([1 | some i in numbers.range(1, 1000000); count(json.unmarshal(input.json)) == i])

${TWINS}

compared if t25(input.list) == t25(array.concat(input.list, []))

quick := {"seen": input.key, "table": data.table[input.key], "sum": sum([x | some x in numbers.range(1, 100)])}
`;

const RUNAWAYS = ['scan', 'calls', 'hosted', 'ordered', 'patterns', 'text', 'parsed', 'compared'];

const INPUT = Buffer.from(
  JSON.stringify({
    key: 'k',
    text: 'a'.repeat(2000),
    list: Array.from({ length: 2000 }, (_, index) => `item ${index}`),
    json: JSON.stringify(Array.from({ length: 300 }, (_, index) => ({ index }))),
  }),
);

const GOOD = '{"seen":"k","sum":5050,"table":["v",{"deep":[1,2,3]}]}';

let policy: CompiledPolicy;
let link: Awaited<ReturnType<typeof linker>>;

function load(): LoadedRevision {
  const data = { json: Buffer.from('{"table":{"k":["v",{"deep":[1,2,3]}]}}') };
  const source = {
    module: policy.wasm,
    library: policy.library.module,
    wasmBytes: policy.code.byteLength,
    data,
    maxMemoryBytes: 256 * 2 ** 20,
    link,
  };
  return new LoadedRevision(source, new EvaluationContext(() => undefined));
}

function ask(revision: LoadedRevision, rule: string, budgetMs?: number): string | undefined {
  const entrypoint = revision.entrypoints[`budget/${rule}`];
  if (entrypoint === undefined) throw new Error(`Expected the entrypoint ${rule}`);
  return revision.evaluate({ entrypoint, input: INPUT, strict: false, ...(budgetMs === undefined ? {} : { budgetMs }) });
}

function outOfBudget(run: () => unknown): OutOfBudget {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof OutOfBudget) return thrown;
    throw thrown;
  }
  throw new Error('Expected the budget to end');
}

beforeAll(async () => {
  policy = await compileRego({ 'budget.rego': POLICY });
  link = await linker([], policy.builtins);
});

describe('the budget of an evaluation', () => {
  it.each(RUNAWAYS)('ends the runaway rule %s, and the next evaluation answers', (rule) => {
    const revision = load();
    for (let round = 0; round < 3; round++) {
      expect(outOfBudget(() => ask(revision, rule, 5)).budgetMs).toBe(5);
      expect(ask(revision, 'quick')).toBe(GOOD);
    }
    expect(revision.dropped).toBe(3);
  });

  it('lets a quick evaluation pass, with and without a budget', () => {
    const revision = load();
    expect(ask(revision, 'quick', 10_000)).toBe(GOOD);
    expect(ask(revision, 'quick')).toBe(GOOD);
    expect(revision.dropped).toBe(0);
  });

  it('does not bound the evaluation after a bounded one', () => {
    const revision = load();
    outOfBudget(() => ask(revision, 'scan', 1));
    const entrypoint = revision.entrypoints['budget/quick'] ?? -1;
    expect(revision.evaluateTimed({ entrypoint, input: INPUT, strict: false }).result).toBe(GOOD);
    expect(() =>
      revision.evaluateTimed({ entrypoint: revision.entrypoints['budget/scan'] ?? -1, input: INPUT, strict: false, budgetMs: 1 }),
    ).toThrow(OutOfBudget);
  });

  it('answers the same after 1,000 interrupted evaluations', () => {
    const revision = load();
    for (let round = 0; round < 1000; round++) {
      outOfBudget(() => ask(revision, RUNAWAYS[round % RUNAWAYS.length] ?? 'scan', (round % 10) / 20));
      if (round % 50 === 0) expect(ask(revision, 'quick', 10_000)).toBe(GOOD);
    }
    expect(ask(revision, 'quick')).toBe(GOOD);
    expect(revision.dropped).toBe(1000);
  });

  it('refuses a library that does not count its steps', async () => {
    const { code } = policy.library;
    // The counter under another name is nobody's.
    const bytes = Buffer.from(code);
    bytes.write('flue', bytes.indexOf('\u0004fuel\u0003') + 1);
    const library = await WebAssembly.compile(bytes);
    const data = { json: Buffer.from('{}') };
    const source = { module: policy.wasm, library, wasmBytes: policy.code.byteLength, data, maxMemoryBytes: 2 ** 26, link };
    expect(() => new LoadedRevision(source, new EvaluationContext(() => undefined))).toThrow(/fuel/);
  });
});
