import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

const POLICY = `package a

limit := data.limits.n

default allow := false

allow if {
	print("n is", input.n)
	input.n < limit
}

names contains n if some n in ["x", "y"]
`;

async function folder(): Promise<string> {
  return tempDir({ 'a.rego': POLICY, 'data.json': '{"limits": {"n": 5}}' });
}

async function run(args: readonly string[], stdin?: string): ReturnType<typeof runCli> {
  return runCli(args, cliEnv(await tempDir()), stdin === undefined ? {} : { stdin });
}

describe('policy eval', () => {
  it.each([
    ['a rule with an input', ['data.a.allow', '--input', '-'], '{"n":3}', 'true\n'],
    ['a rule by the names of its package', ['limit + 1', '--package', 'a'], undefined, '6\n'],
    ['an import', ['a.limit', '--import', 'data.a'], undefined, '5\n'],
    ['base data', ['data.limits'], undefined, '{\n  "n": 5\n}\n'],
    ['a query that binds', ['some n in data.a.names; n != "x"'], undefined, '{\n  "n": "y"\n}\n'],
    ['a query that only holds', ['not data.a.allow'], undefined, 'true\n'],
    ['what one engine alone can be asked: all there is', ['count(data)'], undefined, '2\n'],
    ['numbers as they are', ['[12345678901234567890, 1e400]'], undefined, '[\n  12345678901234567890,\n  1e400\n]\n'],
    ['a division of nothing by nothing', ['input.n / input.n', '--input', '-'], '{"n":0}', 'undefined\n'],
    ['what is undefined', ['data.a.nope'], undefined, 'undefined\n'],
    ['a query with its own input', ['data.a.allow with input as {"n": 9}'], undefined, 'false\n'],
  ])('answers %s, and the engines agree', async (_name, [query = '', ...rest], stdin, stdout) => {
    const got = await run(['policy', 'eval', query, await folder(), ...rest], stdin);
    expect(got).toMatchObject({ code: 0, stdout });
    expect(got.stderr).not.toContain('disagree');
  });

  it('answers with either engine, and as JSON', async () => {
    const dir = await folder();
    for (const engine of ['wasm', 'topdown']) {
      const got = await run(['policy', 'eval', 'data.a.names[x]', dir, '--engine', engine, '--json']);
      expect(JSON.parse(got.stdout)).toEqual({ solutions: [{ x: 'x' }, { x: 'y' }], printed: [] });
    }
    const both = await run(['policy', 'eval', 'data.a.names[x]', dir, '--json']);
    expect(JSON.parse(both.stdout)).toMatchObject({ agree: true });
  });

  it('fails and shows both answers when the engines disagree', async () => {
    // The one thing on which they may: each makes random numbers of its own.
    const got = await run(['policy', 'eval', 'r := rand.intn("a", 1000000000)', await folder()]);
    expect(got.code).toBe(1);
    expect(got.stderr).toMatch(/engines disagree: .*the gateway's is \[\{"r":\d+\}\]/u);
  });

  it('comes by what the rule index hides, when every rule is to be tried', async () => {
    // The index leaves the rule out, since its last condition cannot hold; the contradiction before it is then never seen.
    const hidden = 'package e\n\nr := 1 if {\n\tnot "c" in {"k": x | some x in ["a", "b"]}\n\tinput.y == 1\n}\n';
    const asked = ['policy', 'eval', 'data.e.r', await tempDir({ 'e.rego': hidden }), '--engine', 'topdown'];
    expect(await run(asked)).toMatchObject({ code: 0, stdout: 'undefined\n' });
    const tried = await run([...asked, '--exhaustive']);
    expect(tried.code).toBe(1);
    expect(tried.stderr).toContain('e.rego:4:14: object keys must be unique');
  });

  it('explains and profiles', async () => {
    const got = await run(['policy', 'eval', 'data.a.allow', await folder(), '--explain', 'fails', '--profile', '--input', '-'], '{"n":7}');
    expect(got.stdout).toBe('false\n');
    expect(got.stderr).toContain('print: n is 7');
    expect(got.stderr).toMatch(/a\.rego:9 .*Fail lt\(.*(?:: 7.*: 5|: 5.*: 7)/u);
    expect(got.stderr).toMatch(/ms .*a\.rego:9/u);
  });

  it.each([
    ['a query that does not parse', ['data.a['], undefined, 1, 'rego_parse_error'],
    ['an input that is no JSON', ['data.a.allow', '--input', '-'], '{"n":', 2, 'evaluation_input_invalid'],
    ['an input that is not there', ['data.a.allow', '--input', '/nowhere.json'], undefined, 2, 'Cannot read /nowhere.json'],
    ['no query', [], undefined, 2, 'query'],
  ])('says what is wrong: %s', async (_name, args, stdin, code, said) => {
    const dir = await folder();
    const got = await run(['policy', 'eval', ...args, ...(args.length === 0 ? [] : ['-d', dir])], stdin);
    expect(got.code).toBe(code);
    expect(got.stderr).toContain(said);
  });

  it('names the line of a module that does not compile', async () => {
    const got = await run(['policy', 'eval', 'data.a.p', await tempDir({ 'a.rego': 'package a\n\np := nothing\n' })]);
    expect(got.code).toBe(1);
    expect(got.stderr).toContain('a.rego:3:6');
  });
});

describe('policy repl', () => {
  it('answers line by line and goes on after a mistake', async () => {
    const typed = [':input {"n": 1}', 'data.a.allow', ':package a', 'limit + 1', 'broken(', ':nope', 'names[n]', ':quit', 'limit'];
    const got = await run(['policy', 'repl', await folder()], `${typed.join('\n')}\n`);
    expect(got.code).toBe(0);
    expect(got.stdout).toContain('print: n is 1\ntrue\n6\n');
    expect(got.stdout).toContain('rego_parse_error');
    expect(got.stdout).toContain('Unknown: :nope');
    expect(got.stdout.trimEnd().endsWith('{\n  "n": "y"\n}')).toBe(true);
  });
});

it('takes what is piped in for the content, and never for an argument that was left out', async () => {
  const inspected = await run(['inspect'], 'no-such-file');
  expect(inspected.stderr).not.toContain('Cannot read');
  const shown = await run(['policy', 'show', '-d', await folder()], 'previous');
  expect(shown).toMatchObject({ code: 0 });
  expect(JSON.parse(shown.stdout)).toEqual({ limits: { n: 5 } });
});
