import { describe, expect, it } from 'vitest';
import { asGatewayError } from '../../../src/errors.js';
import { startPolicy } from '../../../src/evaluator/compile-module.js';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { policyCode, withoutParts } from '../../../src/evaluator/policy-code.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { formatJson } from '../../../src/value/format-json.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';

const PACKAGES = 24;

/** A package that calls others, whichever parts they are in, in each way that there is. */
function packageText(index: number, edit: string): string {
  const [next, far] = [index + 1, index + 7];
  const calls =
    far + 1 < PACKAGES
      ? `
called := data.p${next}.half(input.n + ${index})

mocked := value if value := data.p${next}.plain with input.n as ${index}

replaced := value if value := data.p${next}.asks with data.p${far + 1}.half as 41

dynamic contains value if {
	some name in ["p${next}", "p${far}", input.name]
	value := data[name].plain
}

asks := data.p${far}.half(3)

document := data.p${far}.facts
`
      : '\nasks := 7\n';
  return `package p${index}

${calls}
plain := [input.n, ${index}, "text ${index}", 1.25e${index % 20}]

half(x) := y if {
	x > 2
	y := x / 2
}

else := ${index}

facts.edit := "${edit}"

facts.number := ${index + 1}000000000000000000001

${['a', 'b', 'c', 'd'].map((role) => `role := "${role}${index}" if input.role == "${role}"`).join('\n')}

role := "twice" if input.twice
`;
}

function modulesOf(edit: string): Record<string, string> {
  const texts = Array.from({ length: PACKAGES }, (_, index) => packageText(index, index === 5 ? edit : 'none'));
  return Object.fromEntries(texts.map((text, index) => [`p${index}.rego`, text]));
}

const RULES = ['called', 'mocked', 'replaced', 'dynamic', 'asks', 'document', 'plain', 'facts', 'role'];
const INPUTS = ['{"n":5,"name":"p3","role":"b"}', '{"role":"a","twice":true}', '{"n":"x","name":"none"}', '[]'];
const ASKED = RULES.flatMap((rule) => INPUTS.flatMap((input) => [0, 5, 11, 23].map((at) => ({ path: `p${at}/${rule}`, input }))));

function load(policy: Pick<CompiledPolicy, 'wasm' | 'library' | 'code'>): LoadedRevision {
  return new LoadedRevision(
    {
      ...{ module: policy.wasm, library: policy.library.module, wasmBytes: policy.code.byteLength },
      ...{ data: { json: Buffer.from('{"p30":{"plain":1}}') }, maxMemoryBytes: 2 ** 26, link: () => undefined },
    },
    new EvaluationContext(() => undefined),
  );
}

function answers(revision: LoadedRevision): string[] {
  return ASKED.map(({ path, input }) => {
    const entrypoint = revision.entrypoints[path];
    if (entrypoint === undefined) return `${path} ${input} => undefined`;
    try {
      return `${path} ${input} => ${revision.evaluate({ entrypoint, input: Buffer.from(input), strict: false }) ?? 'undefined'}`;
    } catch (thrown) {
      return `${path} ${input} => ${asGatewayError(thrown).code.replace('evaluation_conflict', 'eval_conflict_error')}`;
    }
  });
}

async function interpreted(modules: Record<string, string>): Promise<string[]> {
  const { results } = await testCompiler().evaluate({
    modules: Object.entries(modules).map(([path, text]) => ({ path, text })),
    evaluations: ASKED.map(({ path, input }) => ({ query: `x := data.${path.replace('/', '.')}`, input })),
  });
  return ASKED.map(({ path, input }, index) => {
    const { json, error } = results[index] ?? {};
    const binding = json?.slice('[{"x":'.length, -'}]'.length);
    const answer = error?.code ?? (binding === undefined || binding === '' ? 'undefined' : formatJson(parseTerm(binding)));
    return `${path} ${input} => ${answer}`;
  });
}

describe('a policy of many packages', () => {
  it('answers as in the interpreter, before and after an edit, with the parts that the edit left', async () => {
    const first = await compileRego(modulesOf('one'));
    const revision = load(first);
    expect(answers(revision)).toEqual(await interpreted(modulesOf('one')));
    // Conflicts among them broke evaluations off: the instance goes on as if new.
    expect(revision.dropped).toBeGreaterThan(0);
    expect(answers(revision)).toEqual(answers(load(first)));

    const second = await compileRego(modulesOf('two'));
    const before = new Set(policyCode(first.code).linking?.parts.map(({ id }) => id));
    const after = policyCode(second.code).linking?.parts.map(({ id }) => id) ?? [];
    expect(after.length).toBeGreaterThan(8);
    expect(after.filter((id) => !before.has(id))).toHaveLength(1);
    // The others are not compiled again.
    expect(second.wasm.modules.filter((module) => !first.wasm.modules.includes(module))).toHaveLength(1);
    expect(answers(load(second))).toEqual(await interpreted(modulesOf('two')));

    // As a serving process gets it.
    const held = startPolicy(first.code);
    const sent = withoutParts(second.code, new Set(held.parts.keys()));
    expect(sent.byteLength).toBeLessThan(second.code.byteLength / 3);
    const wasm = await startPolicy(sent, held.parts).modules;
    expect(answers(load({ ...second, wasm }))).toEqual(answers(load(second)));
    await expect(startPolicy(sent).modules).rejects.toThrow(/Expected the part \w+ to be here/u);
  });
});
