import { beforeAll, describe, expect, it } from 'vitest';
import { hostedBuiltins } from '../../../src/builtins/index.js';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { formatJson } from '../../../src/value/format-json.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';

const DATA = JSON.stringify({
  ports: { '443': 'https', '1': 'one', '1.0': 'point', '1.5': 'half', '1e2': 'hundred', '-2': 'minus' },
  lst: ['a', 'b', ['c', 'd']],
  deep: { '7': { '8': { lst: ['x', 'y'] } }, name: { port: 1 } },
  t: { u: { '3': 'three' } },
  mix: { base: ['m', ['n']], name: { '7': 'seven' } },
});

const INPUT = JSON.stringify({
  port: 443,
  zero: 0,
  one: 1,
  text: '1',
  half: 1.5,
  name: 'name',
  a: 'foo',
  missing: 99,
  flag: true,
  list: ['a'],
});

/** Bodies of rules, most of them lookups in base documents. OPA's interpreter says what is right. */
const BODIES: readonly string[] = [
  // Constant keys
  'x := data.ports[443]',
  'x := data.ports["443"]',
  'x := data.ports[1.0]',
  'x := data.ports[1.5]',
  'x := data.ports[1e2]',
  'x := data.ports[-2]',
  'x := data.lst["0"]',
  'x := data.lst[0.0]',
  'x := data.lst[1]',
  'x := data.lst["01"]',
  'x := data.lst["+1"]',
  'x := data.lst["-0"]',
  'x := data.lst["-1"]',
  'x := data.lst["1.00"]',
  'x := data.lst["1.01"]',
  'x := data.lst["1e0"]',
  'x := data.lst[1e0]',
  'x := data.lst["."]',
  'x := data.lst["+"]',
  'x := data.lst[""]',
  'x := data.lst["99999999999999999999"]',
  'x := data.lst["4294967297"]',
  'x := data.lst[true]',
  'x := data.lst[null]',
  'x := data.lst["2"]["1"]',
  'x := data.deep[7][8].lst["1"]',
  // Variable keys
  'x := data.ports[input.port]',
  'x := data.lst[input.zero]',
  'x := data.lst[input.text]',
  'x := data.ports[input.half]',
  'x := data.ports[input.missing]',
  'x := data.ports[input.flag]',
  'k := 0.5 + 0.5; x := data.ports[k]',
  'k := 2 / 2; x := data.lst[k]',
  'k := json.unmarshal("1.0"); x := data.ports[k]',
  'k := concat("", ["4", "43"]); x := data.ports[k]',
  'some k in [443, "443", 1, "1"]; x := data.ports[k]; k == 1',
  'x := {data.ports[k] | some k in [443, "443"]}',
  'x := [data.lst[k] | some k in ["0", 1, "1.0"]]',
  'x := [k | some k, _ in data.lst]',
  'x := {k | data.ports[k]}',
  'x := {[k, v] | v := data.deep[k]["8"].lst["0"]}',
  'x := {v | v := data.t[_][3]}',
  'x := [v | v := data.deep[_]["8"][_]["1"]]',
  'a := 7; b := 8; x := data.deep[a][b].lst[b - a]',
  'x := data.deep[input.name].port',
  // In other places
  'not data.ports[input.missing]; x := 1',
  'not data.ports[input.port]; x := 1',
  'x := [p | some p in [443, 444]; data.ports[p]]',
  'every p in [443, 1] { data.ports[p] }; x := "all"',
  'x := object.get(data.ports, 443, "exact")',
  'x := object.get(data.ports, "443", "exact")',
  // Values that a policy made know only equality
  'y := data.lst; x := y["0"]',
  'y := data.ports; x := y[443]',
  'some y in [data.ports]; x := y[443]',
  'x := input.list["0"]',
  'y := {443: "number"}; x := y[443]',
  'y := {443: "number"}; some k in [json.unmarshal("\\"443\\"")]; x := y[k]',
  // With another document
  'x := data.ports[443] with data.ports as {443: 1}',
  'x := data.ports[443] with data.ports as {"443": 1}',
  'x := data.lst["0"] with data.lst as ["z"]',
  'x := data.lst[0] with data.lst as ["z"]',
  'x := data.ports[443] with data.other as 1',
  'x := data.t.u[3] with data.t.v as 1',
  'x := data.ports["443"] with data.ports.y as 1',
  'x := data.lst[input.text] with input.text as 0',
  'x := input.port.q with input.port.q as 1',
  // Virtual documents
  'x := data.virtual[input.name]',
  'x := data.virtual.numbers[443]',
  'some k in [json.unmarshal("\\"443\\""), json.unmarshal("443")]; x := data.virtual.numbers[k]',
  'x := data.virtual.again["0"]',
  'x := data.virtual',
  'x := data.empty',
  // Rules and base data in one package: what each says of an index that is a text
  'x := {[k, v] | some k; data.mix[k]; v := data.mix[k]["0"]}',
  'x := {[k, v] | some k; data.mix[k]; v := data.mix[k]["1"]["0"]}',
  'x := {[k, v] | some k; data.mix[k]; v := data.mix[k][_]["0"]}',
  'x := {[k, v] | some k; data.mix[k]; some v in data.mix[k]["1"]}',
  'k := concat("", ["ba", "se"]); x := data.mix[k]["0"]',
  'k := concat("", ["ru", "le"]); x := data.mix[k]["0"]',
  'k := concat("", ["ru", "le"]); x := data.mix[k][0]',
  'k := concat("", ["na", "me"]); x := data.mix[k][7]',
  'x := data.fx[input.a].bar.allow',
  'x := {n | data.fx[n].bar.allow}',
];

const MODULES = {
  'virtual.rego': 'package virtual\n\nname := "rule"\n\nnumbers := {443: "number"}\n\nagain := data.lst\n',
  'empty.rego': 'package empty\n',
  'mix.rego': 'package mix\n\nrule := ["r", ["s"]]\n\nnone := input.nothing\n',
  'fx.rego': 'package fx\n\nfoo.bar.allow if f(7)\n\nf(_) if true\n',
};

describe('the engine that serves and the interpreter', () => {
  let revision: LoadedRevision;

  beforeAll(async () => {
    const rules = BODIES.map((body, index) => `r${index} := x if {\n\t${body.replaceAll('; ', '\n\t')}\n}`).join('\n\n');
    const policy = await compileRego({ ...MODULES, 'a.rego': `package a\n\n${rules}\n` });
    revision = new LoadedRevision(
      {
        ...{ module: policy.wasm, library: policy.library.module, wasmBytes: policy.code.byteLength },
        ...{ data: { json: Buffer.from(DATA) }, maxMemoryBytes: 2 ** 27 },
        link: (name) => hostedBuiltins.get(name),
      },
      new EvaluationContext(() => undefined),
    );
  });

  async function theirs(): Promise<readonly (string | undefined)[]> {
    const modules = Object.entries(MODULES).map(([path, text]) => ({ path, text }));
    const rules = BODIES.map((body, index) => `r${index} := x if {\n\t${body.replaceAll('; ', '\n\t')}\n}`).join('\n\n');
    const { results } = await testCompiler().evaluate({
      modules: [...modules, { path: 'a.rego', text: `package a\n\n${rules}\n` }],
      data: DATA,
      evaluations: BODIES.map((_, index) => ({ query: `x := data.a.r${index}`, input: INPUT })),
    });
    return results.map(({ json, error }) => {
      if (error !== undefined) return error.code;
      const binding = json?.slice('[{"x":'.length, -'}]'.length);
      return binding === undefined || binding === '' ? undefined : formatJson(parseTerm(binding));
    });
  }

  it('look base documents up alike', async () => {
    const ours = BODIES.map((_, index) =>
      revision.evaluate({ entrypoint: revision.entrypoints[`a/r${index}`] ?? -1, input: Buffer.from(INPUT), strict: false }),
    );
    const right = await theirs();
    expect(BODIES.map((body, index) => `${body} => ${ours[index] ?? 'undefined'}`)).toEqual(
      BODIES.map((body, index) => `${body} => ${right[index] ?? 'undefined'}`),
    );
    // What the list is worth: most of it is defined, and some of it is not.
    expect(right.filter((answer) => answer !== undefined).length).toBeGreaterThan(30);
  });

  it('answer for a package without rules', () => {
    const ask = (name: string): string | undefined =>
      revision.evaluate({ entrypoint: revision.entrypoints[name] ?? -1, input: undefined, strict: false });
    expect(ask('empty')).toBe('{}');
    expect(ask('virtual')).toBe('{"again":["a","b",["c","d"]],"name":"rule","numbers":{"443":"number"}}');
  });
});
