import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestRunner } from '../../../src/testing/create-test-runner.js';
import type { TestRunner } from '../../../src/testing/create-test-runner.js';
import { caseName, testName } from '../../../src/testing/test-name.js';
import type { TestRun, TestRunOptions } from '../../../src/testing/test-run.js';
import { testCompiler } from '../../helpers/compile.js';
import { sourceSet } from '../../helpers/source-set.js';

let runner: TestRunner;

beforeAll(() => {
  runner = createTestRunner({ compiler: testCompiler() });
});
afterAll(() => runner.close());

function run(files: Readonly<Record<string, string>>, options: TestRunOptions = {}): Promise<TestRun> {
  return runner.run(sourceSet(files), options);
}

function verdicts({ results }: TestRun): Record<string, string> {
  const pairs = results.flatMap((test): (readonly [string, string])[] =>
    test.cases === undefined ? [[testName(test), test.status]] : test.cases.map(({ name, status }) => [caseName(test, name), status]),
  );
  return Object.fromEntries(pairs);
}

const POLICY = `package app

default allow := false

allow if input.role in data.roles

label(x) := concat("-", [x, "x"])

conflict := input.a

conflict := input.b
`;

const TESTS = `package app_test

import data.app

test_allow if app.allow with input as {"role": "dev"}

test_with_data if app.allow with input as {"role": "ops"} with data.roles as ["ops"]

test_with_function if app.label("a") == "mocked" with app.label as "mocked"

test_with_builtin if {
	count([1]) == 7 with count as 7
	r := http.send({"method": "get", "url": "https://example.com"}) with http.send as {"status_code": 200}
	r.status_code == 200
}

test_fails if app.allow with input as {"role": "guest"}

test_errs if app.conflict with input as {"a": 1, "b": 2}

todo_test_later if false

test_prints if {
	print("role", "dev")
	app.label("a") == "a-x"
}

test_same if true

test_same if false

test_table[note] if {
	some note, tc in {"one": {"role": "dev", "want": true}, "no role": {"role": "x", "want": true}}
	got := app.allow with input as {"role": tc.role}
	got == tc.want
}
`;

const FOLDER = { 'app.rego': POLICY, 'app_test.rego': TESTS, 'data.json': '{"roles": ["dev"]}' };

const VERDICTS = {
  'data.app_test.test_allow': 'pass',
  'data.app_test.test_with_data': 'pass',
  'data.app_test.test_with_function': 'pass',
  'data.app_test.test_with_builtin': 'pass',
  'data.app_test.test_fails': 'fail',
  'data.app_test.test_errs': 'error',
  'data.app_test.todo_test_later': 'skip',
  'data.app_test.test_prints': 'pass',
  'data.app_test.test_same': 'pass',
  'data.app_test.test_same#01': 'fail',
  'data.app_test.test_table["no role"]': 'fail',
  'data.app_test.test_table.one': 'pass',
};

describe('tests of a policy folder', () => {
  it.each(['both', 'wasm', 'topdown'] as const)('end in the same way on engine %s', async (engine) => {
    const found = await run(FOLDER, { engine });
    expect(verdicts(found)).toEqual(VERDICTS);
    expect(found).toMatchObject({ ok: false, engine, disagreements: [], diagnostics: [] });
  });

  it('have the output, the time of every case, and the place of a failure', async () => {
    const { results } = await run(FOLDER);
    const named = (name: string): unknown => results.find((test) => test.name === name);
    expect(named('test_prints')).toMatchObject({ output: ['role dev'] });
    expect(named('test_fails')).toMatchObject({ failedAt: { file: 'app_test.rego', row: 17 } });
    expect(named('test_errs')).toMatchObject({ error: { code: 'eval_conflict_error', location: { file: 'app.rego', row: 11 } } });
    expect(named('test_table')).toMatchObject({
      status: 'fail',
      cases: [
        { name: ['no role'], durationNs: expect.any(Number) as number, failedAt: { row: 35 } },
        { name: ['one'], durationNs: expect.any(Number) as number },
      ],
    });
  });

  it('are told again, where asked, when they reach nothing that changed', async () => {
    const two = { ...FOLDER, 'b_test.rego': 'package b_test\n\ntest_b if data.roles[0] == "dev"\n\ntest_c if 1 == 1\n' };
    const ran = async (files: Readonly<Record<string, string>>): Promise<readonly [number | undefined, unknown]> => {
      const found = await run(files, { remember: true });
      expect(found.disagreements).toEqual([]);
      return [found.ran, verdicts(found)];
    };
    const verdictsOfTwo = { ...VERDICTS, 'data.b_test.test_b': 'pass', 'data.b_test.test_c': 'pass' };
    expect(await ran(two)).toEqual([13, verdictsOfTwo]);
    // Of the package of a test that calls out nothing is known beforehand: that it is mocked does not count.
    expect(await ran(two)).toEqual([11, verdictsOfTwo]);
    const edited = { ...two, 'b_test.rego': two['b_test.rego'].replace('1 == 1', '1 == 2') };
    expect(await ran(edited)).toEqual([13, { ...verdictsOfTwo, 'data.b_test.test_c': 'fail' }]);
    expect(await ran({ ...edited, 'data.json': '{"roles": ["ops", "dev"]}' })).toEqual([
      13,
      { ...verdictsOfTwo, 'data.b_test.test_b': 'fail', 'data.b_test.test_c': 'fail' },
    ]);
  });

  it('are chosen by their names and by the names of cases', async () => {
    expect(verdicts(await run(FOLDER, { run: 'test_table.*one|test_allow' }))).toEqual({
      'data.app_test.test_allow': 'pass',
      'data.app_test.test_table.one': 'pass',
    });
    expect(await run(FOLDER, { run: 'whoops' })).toMatchObject({ ok: true, results: [] });
  });

  it('fail where the engines differ, each verdict told', async () => {
    const found = await run({ 'a.rego': 'package a\n\nx := 1\n', 'a_test.rego': 'package a\n\ntest_x if is_object(opa.runtime())\n' });
    expect(found.ok).toBe(false);
    expect(found.disagreements).toEqual([{ rule: 'data.a.test_x', file: 'a_test.rego', row: 3, wasm: 'error', topdown: 'pass' }]);
    expect(found.results[0]?.error?.message).toContain('mock it (with opa.runtime as …)');
  });

  it('do not run when the gateway could not load what is served', async () => {
    const found = await run({ 'a.rego': 'package a\n\nx := opa.runtime()\n', 'a_test.rego': 'package a\n\ntest_x if true\n' });
    expect(found).toMatchObject({ ok: false, results: [], diagnostics: [{ code: 'rego_refused_builtin', file: 'a.rego', row: 3 }] });
  });

  it.each(['both', 'wasm', 'topdown'] as const)('are cut off one by one after their time on engine %s', async (engine) => {
    const slow = 'test_slow if count([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x == y]) == 0';
    const found = await run(
      { 'a.rego': 'package a\n', 'a_test.rego': `package a\n\n${slow}\n\ntest_quick if true\n` },
      { engine, timeoutMs: 200 },
    );
    expect(verdicts(found)).toEqual({ 'data.a.test_slow': 'error', 'data.a.test_quick': 'pass' });
  });

  it('may lie in packages that no slash path spells', async () => {
    const odd = 'package a["x/y"]["1"]\n\ntest_odd if true\n';
    expect(verdicts(await run({ 'a.rego': 'package a\n', 'odd_test.rego': odd }))).toEqual({ 'data.a["x/y"]["1"].test_odd': 'pass' });
  });
});
