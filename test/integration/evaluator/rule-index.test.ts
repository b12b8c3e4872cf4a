import { describe, expect, it } from 'vitest';
import { asGatewayError } from '../../../src/errors.js';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { formatJson } from '../../../src/value/format-json.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';

const NAMES = Array.from({ length: 12 }, (_, index) => `role-${(index * 7) % 12}`);

/** Rules of one name that compare one value with texts: enough of them to be searched for. */
const TEXT = `package a

default complete := "none"

${NAMES.map((name, index) => `complete := ${index % 2} if input.user.role == "${name}"`).join('\n')}

complete := "again" if input.user.role == "role-3"

${NAMES.map((name) => `members contains "${name}" if input.user.role == "${name}"`).join('\n')}

members contains "long" if {
	input.user.role == "role-5"
	some tag in input.tags
	tag == "long"
}

members contains "other" if input.user.name == "x"

members contains "any"

${NAMES.map((name) => `guarded if {\n\tinput.user.role == "${name}"\n\tnot input.blocked\n}`).join('\n\n')}

${['é', 'z', 'ü', '', 'a', 'aa', 'ab', 'b', 'A', '~', 'é'].map((name) => `odd contains "${name}" if input.user.role == "${name}"`).join('\n')}
`;

const ROLES: readonly unknown[] = [
  ...NAMES,
  'role-',
  'role-99',
  '',
  'é',
  'ü',
  'a',
  'aa',
  'aaa',
  '~',
  'A',
  5,
  null,
  true,
  ['role-1'],
  { role: 1 },
];

const INPUTS: readonly string[] = [
  ...ROLES.map((role) => JSON.stringify({ user: { role, name: 'x' }, tags: ['long'] })),
  ...ROLES.map((role) => JSON.stringify({ user: { role }, blocked: true })),
  ...['{}', '{"user":{}}', '{"user":"role-1"}', '[]', '1'],
];

const RULES = ['complete', 'members', 'guarded', 'odd'] as const;

describe('rules that compare one value with texts', () => {
  it('answer as in the interpreter, whatever the value is', async () => {
    const policy = await compileRego({ 'a.rego': TEXT });
    const revision = new LoadedRevision(
      {
        ...{ module: policy.wasm, library: policy.library.module, wasmBytes: policy.code.byteLength },
        ...{ data: { json: Buffer.from('{}') }, maxMemoryBytes: 2 ** 26, link: () => undefined },
      },
      new EvaluationContext(() => undefined),
    );
    const ours = (rule: string, input: string): string | undefined => {
      try {
        return revision.evaluate({ entrypoint: revision.entrypoints[`a/${rule}`] ?? -1, input: Buffer.from(input), strict: false });
      } catch (thrown) {
        return asGatewayError(thrown).code.replace('evaluation_conflict', 'eval_conflict_error');
      }
    };
    const asked = RULES.flatMap((rule) => INPUTS.map((input) => ({ rule, input })));
    const { results } = await testCompiler().evaluate({
      modules: [{ path: 'a.rego', text: TEXT }],
      evaluations: asked.map(({ rule, input }) => ({ query: `x := data.a.${rule}`, input })),
    });
    const theirs = results.map(({ json, error }) => {
      const binding = json?.slice('[{"x":'.length, -'}]'.length);
      return error?.code ?? (binding === undefined || binding === '' ? undefined : formatJson(parseTerm(binding)));
    });
    expect(asked.map(({ rule, input }) => `${rule} ${input} => ${ours(rule, input) ?? 'undefined'}`)).toEqual(
      asked.map(({ rule, input }, index) => `${rule} ${input} => ${theirs[index] ?? 'undefined'}`),
    );
  });
});
