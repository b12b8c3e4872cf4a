import { describe, expect, it } from 'vitest';
import { labelsOf } from '../../../src/evaluator/marks.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';
import { loadedRevision } from '../../helpers/loaded-revision.js';

/** What the interpreter and the WebAssembly say of the rules that held. */
async function bothSay(
  modules: Readonly<Record<string, string>>,
  path: string,
  input: unknown,
): Promise<{ readonly interpreted: unknown; readonly served: unknown }> {
  const policy = await compileRego(modules);
  const revision = loadedRevision(policy);
  const entrypoint = revision.entrypoints[path] ?? -1;
  revision.evaluate({ entrypoint, input: Buffer.from(JSON.stringify(input)), strict: false });
  const { results } = await testCompiler().evaluate({
    modules: Object.entries(modules).map(([at, text]) => ({ path: at, text })),
    evaluations: [{ query: `data.${path.replaceAll('/', '.')}`, input: JSON.stringify(input), ruleLabels: true }],
  });
  expect(results[0]?.error).toBeUndefined();
  const labels = labelsOf(revision.marks);
  return { interpreted: results[0]?.ruleLabels ?? [], served: labels === undefined ? [] : JSON.parse(labels) };
}

const labelled = (labels: Readonly<Record<string, string>>, scope?: string): string =>
  [
    '# METADATA',
    ...(scope === undefined ? [] : [`# scope: ${scope}`]),
    '# labels:',
    ...Object.entries(labels).map(([k, v]) => `#   ${k}: ${v}`),
    '',
  ].join('\n');

const SCOPES = {
  'above.rego': `${labelled({ org: 'acme', tier: 'free' }, 'subpackages')}package app\n`,
  'app.rego': `${labelled({ service: 'auth', tier: 'paid' }, 'package')}package app.users

${labelled({ component: 'authz' }, 'document')}
${labelled({ severity: 'high', tier: 'inner' })}allow if input.role == "admin"

${labelled({ severity: 'low' })}allow if input.role == "viewer"

${labelled({ severity: 'low' })}allow if input.role == "guest"

default deny := false

${labelled({ kind: 'default' })}default level := "none"

${labelled({ kind: 'set' })}level := "high" if input.role == "admin"

plain if allow
`,
};

const KINDS = {
  'app.rego': `package app

${labelled({ id: 'a' })}reasons contains "admin" if "admin" in input.roles

${labelled({ id: 'b' })}reasons contains "viewer" if "viewer" in input.roles

${labelled({ id: 'same' })}reasons contains "x" if "x" in input.roles

${labelled({ id: 'same' })}reasons contains "y" if "y" in input.roles

${labelled({ id: 'first' })}allow if input.n > 0

${labelled({ id: 'second' })}allow if input.n > 1

${labelled({ id: 'big' })}size := "big" if input.n > 10

${labelled({ id: 'small' })}size := "small" if input.n < 3

${labelled({ id: 'if' })}chain := "one" if {
	input.n == 1
} else := "two" if {
	input.n == 2
} else := "more"

${labelled({ id: 'function' })}double(x) := x * 2 if x < 100

${labelled({ id: 'function of large' })}double(x) := x if x >= 100

doubled := [double(x) | some x in input.numbers]

some_large if {
	some x in input.numbers
	large(x)
}

${labelled({ id: 'large' })}large(x) if x > 50

${labelled({ id: 'huge' })}large(x) if x > 500

${labelled({ id: 'map' })}by_name[name] := n if some name, n in {"a": 1, "b": input.n}

${labelled({ id: 'never' })}never if input.n == "no number"

${labelled({ id: 'mocked' })}mocked if input.n == 7

with_mock if mocked with input as {"n": 7}

not_never if not never

all_large if {
	every x in input.numbers {
		large(x)
	}
}

${labelled({ id: 'composite' })}composite := {"n": input.n, "deep": double(input.n)}
`,
};

const INPUTS = [
  { n: 0, roles: [], numbers: [] },
  { n: 1, roles: ['admin'], numbers: [1, 60, 600] },
  { n: 2, roles: ['viewer', 'admin'], numbers: [600, 60, 1] },
  { n: 7, roles: ['y', 'x'], numbers: [51, 52] },
  { n: 20, roles: ['y'], numbers: [1000] },
];

describe('the labels of the rules that held', () => {
  it.each([{ role: 'admin' }, { role: 'viewer' }, { role: 'guest' }, { role: 'nobody' }, {}])(
    'are merged over all scopes as OPA does it, for %j',
    async (input) => {
      for (const path of ['app/users/allow', 'app/users/plain', 'app/users/level', 'app/users/deny', 'app/users', 'app']) {
        const { interpreted, served } = await bothSay(SCOPES, path, input);
        expect(served, path).toEqual(interpreted);
      }
    },
  );

  const paths = [
    'reasons',
    'allow',
    'size',
    'chain',
    'doubled',
    'some_large',
    'by_name',
    'never',
    'with_mock',
    'not_never',
    'all_large',
    'composite',
  ];
  it.each(paths.map((name) => `app/${name}`))('of %s are those that OPA names, in its order', async (path) => {
    for (const input of INPUTS) {
      const { interpreted, served } = await bothSay(KINDS, path, input);
      expect(served, JSON.stringify(input)).toEqual(interpreted);
    }
  });

  it('of a whole package are those that OPA names', async () => {
    for (const input of INPUTS) {
      const { interpreted, served } = await bothSay(KINDS, 'app', input);
      expect(served, JSON.stringify(input)).toEqual(interpreted);
    }
  });

  it('are none where no rule has any', async () => {
    const { served, interpreted } = await bothSay({ 'a.rego': 'package app\nallow if input.n == 1' }, 'app/allow', { n: 1 });
    expect([served, interpreted]).toEqual([[], []]);
  });

  it('change with the METADATA of the package above, which is compiled apart', async () => {
    const below = 'package app.users\n\nallow := true\n';
    const above = (org: string): string => `${labelled({ org }, 'subpackages')}package app\n\nother := 1\n`;
    for (const org of ['one', 'two']) {
      const { served } = await bothSay({ 'above.rego': above(org), 'below.rego': below }, 'app/users/allow', {});
      expect(served).toEqual([{ org }]);
    }
  });

  it('are those of the latest evaluation alone', async () => {
    const revision = loadedRevision(await compileRego(KINDS));
    const entrypoint = revision.entrypoints['app/allow'] ?? -1;
    const ask = (n: number): string | undefined => {
      revision.evaluate({ entrypoint, input: Buffer.from(JSON.stringify({ n })), strict: false });
      return labelsOf(revision.marks);
    };
    expect([ask(1), ask(0), ask(2)]).toEqual(['[{"id":"first"}]', undefined, '[{"id":"first"}]']);
  });
});
