import { beforeAll, describe, expect, it } from 'vitest';
import { asGatewayError } from '../../../src/errors.js';
import type { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { formatJson } from '../../../src/value/format-json.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';
import { loadedRevision } from '../../helpers/loaded-revision.js';

/** Order shows in what these make. */
const ORDERED = [
  '[x | some x in {3, 1, 2, "b", "a", null, [1], {"x": 1}, {2}, true, 1.5}]',
  '[k | some k, _ in input.o]',
  '[v | v := input.o[_]]',
  '[[x, y] | some x in {2, 1, 3}; some y in {"b", "a"}]',
  '[[x, y] | some x in data.s; some y in data.s]',
  '[[k, x] | some k, v in data.o; some x in v]',
  '[x | walk(data.o, [_, x])]',
  '[p | walk({"b": {"z": 1, "a": {3, 2, 1}}, "a": [1, {"d": 1, "c": 2}]}, [p, _])]',
  '[y | some x in {"b", "a"}; y := [z | some z in union({{x}, {"c", "0"}})]]',
  'concat(",", {"k", "z", "aa", "c", "b", "a"})',
  'json.marshal({"b": 1, "a": {"z", "y"}, "<c>": null})',
  '$"{ {"b", "a", "c"} } and { {"b": 1, "a": 2} }"',
  '[x | some i in numbers.range(1, 40); x := {i, 1}]',
  '[x | some x in {n | some n in numbers.range(1, 200)}]',
  'sum([1 | some _ in data.o; some _ in data.o])',
  'replace("日b", "", "-")',
  'format_int(18446744073709551617, 16)',
  'json.unmarshal("\\"\\\\ud800\\"")',
  '[json.is_valid("[1,]"), json.is_valid("{} x")]',
  'to_number("1e3")',
];

/** Refused by a built-in: undefined, or an error in strict mode. */
const REFUSED = [
  '1 / input.zero',
  '5 % input.zero',
  '5.5 % 2',
  'input.o - 1',
  '{1} - input.zero',
  'count(input.zero)',
  'sum([1, input.text])',
  'sum({input.text})',
  'product(input.text)',
  'sort(input.zero)',
  'max(input.text)',
  'abs(input.text)',
  'array.concat(input.o, [])',
  'array.slice([1], 0.5, input.one)',
  'bits.and(1.5, input.one)',
  'bits.lsh(1, -1)',
  'bits.rsh(input.text, 1)',
  'object.get(input.text, "a", 1)',
  'object.union_n([{}, input.text])',
  'object.remove(input.o, input.one)',
  'json.filter(input.o, [input.one])',
  'strings.replace_n({"a": input.one}, "a")',
  'strings.replace_n(input.o, input.one)',
  'substring("abc", -1, input.one)',
  'substring(input.one, 1, 1)',
  'format_int(1, 3)',
  'to_number(input.text)',
  'to_number("inf")',
  'numbers.range(1.5, input.one)',
  'union({input.one})',
  'intersection(input.one)',
  'concat(",", ["a", input.one])',
  'concat(input.one, [])',
  'split(input.one, "a")',
  'trim_space(input.one)',
  'upper(input.one)',
  'base64.decode("aGk")',
  'json.unmarshal("{")',
  'regex.match("[", input.text)',
  'glob.match(input.one, [], "a")',
  'net.cidr_contains(input.text, "10.0.0.1")',
  'graph.reachable(input.text, [])',
  'graph.reachable({}, input.text)',
  'indexof(input.text, "")',
  'max([x | x := input.none])',
  'min(set())',
];

const INPUT = '{"o":{"b":3,"a":1,"c":2,"d":0,"10":5},"zero":0,"one":1,"text":"abc"}';
const DATA = '{"s":["y","x"],"o":{"b":["n","m"],"a":["l"],"c":{"q":1,"p":2}}}';

describe('a compiled policy', () => {
  let revision: LoadedRevision;

  beforeAll(async () => {
    const rules = [...ORDERED, ...REFUSED].map((text, index) => `r${index} := ${text}`).join('\n\n');
    const policy = await compileRego({ 'a.rego': `package a\n\n${rules}\n` });
    revision = loadedRevision(policy, DATA);
  });

  /** The answer as JSON text, OPA's code of an error, or undefined. */
  function ours(rule: number, strict: boolean): string | undefined {
    try {
      return revision.evaluate({ entrypoint: revision.entrypoints[`a/r${rule}`] ?? -1, input: Buffer.from(INPUT), strict });
    } catch (thrown) {
      const { code, message } = asGatewayError(thrown);
      return code === 'evaluation_builtin_failed' ? message.split(':', 1).join('') : code;
    }
  }

  async function theirs(texts: readonly string[], strictBuiltinErrors: boolean): Promise<readonly (string | undefined)[]> {
    const evaluations = texts.map((text) => ({ query: `x := ${text}`, input: INPUT, strictBuiltinErrors }));
    const { results } = await testCompiler().evaluate({ modules: [], data: DATA, evaluations });
    return results.map(({ json, error }) => {
      const binding = json?.slice('[{"x":'.length, -'}]'.length);
      return error?.code ?? (binding === undefined || binding === '' ? undefined : formatJson(parseTerm(binding)));
    });
  }

  it('keeps the order of the interpreter', async () => {
    expect(ORDERED.map((_, index) => ours(index, false))).toEqual(await theirs(ORDERED, false));
  });

  it('keeps it in an instance that served before', () => {
    const first = ORDERED.map((_, index) => ours(index, false));
    expect(ORDERED.map((_, index) => ours(index, false))).toEqual(first);
  });

  it('leaves a refused call undefined', async () => {
    expect(REFUSED.map((_, index) => ours(ORDERED.length + index, false))).toEqual(await theirs(REFUSED, false));
  });

  it('ends with the code of the interpreter in strict mode', async () => {
    expect(REFUSED.map((_, index) => ours(ORDERED.length + index, true))).toEqual(await theirs(REFUSED, true));
  });

  it('answers on after thousands of refused calls', () => {
    for (let round = 0; round < 5_000; round++) ours(ORDERED.length, true);
    expect(ours(1, true)).toBe('["10","a","b","c","d"]');
    expect(revision.dropped).toBe(0);
  });
});
