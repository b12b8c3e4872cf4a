import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';

import { HOSTED_PREFIX, PROTOCOL_VERSION } from '../../../src/compiler/protocol.js';
import { createRegoCompiler } from '../../../src/compiler/rego-compiler.js';

const compiler = createRegoCompiler();
afterAll(() => compiler.close());

const allow = { path: 'authz/allow.rego', text: 'package authz\n\ndefault allow := false\n\nallow if input.user == "root"\n' };

test('both halves hold the same protocol version', async () => {
  const go = await readFile(new URL('../../../src/compiler/service/internal/protocol/protocol.go', import.meta.url), 'utf8');
  expect(/^const Version = (\d+)$/m.exec(go)?.[1]).toBe(String(PROTOCOL_VERSION));
  expect((await compiler.versions()).protocolVersion).toBe(PROTOCOL_VERSION);
});

describe('build', () => {
  test('answers WebAssembly that the platform accepts, with what can be asked of it', async () => {
    const built = await compiler.build({ modules: [allow], hosted: [] });
    expect(built).toMatchObject({
      ok: true,
      diagnostics: [],
      packages: ['data.authz'],
      entrypoints: [
        { path: 'authz', kind: 'package' },
        { path: 'authz/allow', kind: 'rule' },
      ],
      rules: [
        { path: ['authz', 'allow'], file: 'authz/allow.rego', row: 3 },
        { path: ['authz', 'allow'], file: 'authz/allow.rego', row: 5 },
      ],
    });
    expect(new WebAssembly.Module(built.wasm ?? new Uint8Array())).toBeInstanceOf(WebAssembly.Module);
  });

  test('gives errors of the policy as diagnostics, not as exceptions', async () => {
    const built = await compiler.build({
      modules: [{ path: 'a.rego', text: 'package a\n\np := http.send({"method": "get"})\n' }],
      hosted: [],
    });
    expect(built).toMatchObject({ ok: false, wasm: null });
    expect(built.diagnostics).toEqual([
      {
        severity: 'error',
        code: 'rego_refused_builtin',
        message: 'built-in http.send is not available here',
        hint: 'it reaches out of the gateway: to let policies call it, name it in evaluation.allow_builtins',
        file: 'a.rego',
        row: 3,
        col: 6,
        endCol: 15,
        line: 'p := http.send({"method": "get"})',
      },
    ]);
  });

  test('names what the host must answer, overridden native built-ins too', async () => {
    const text = 'package a\n\np if regex.match("^a", sprintf("%v", [input]))\n';
    const built = await compiler.build({ modules: [{ path: 'a.rego', text }], hosted: ['sprintf'], overrides: ['regex.match'] });
    expect(built.builtins).toEqual([
      { name: 'regex.match', import: `${HOSTED_PREFIX}regex.match` },
      { name: 'sprintf', import: 'sprintf' },
    ]);
  });

  test('parses only what changed since the call before', async () => {
    const modules = Array.from({ length: 20 }, (_, i) => ({ path: `once/m${i}.rego`, text: `package once.m${i}\n\np := ${i}\n` }));
    const first = await compiler.build({ modules, hosted: [] });
    const edited = modules.map((m, i) => (i === 3 ? { ...m, text: `${m.text}\nq := 1\n` } : m));
    const second = await compiler.build({ modules: edited, hosted: [] });
    expect([first.stats, second.stats]).toEqual([
      { modules: 20, parsed: 20, cached: 0, compiled: 20 },
      { modules: 20, parsed: 1, cached: 19, compiled: 1 },
    ]);
  });
});

test('check warns of what is unused unless told otherwise', async () => {
  const modules = [{ path: 'a.rego', text: 'package a\n\nimport data.unused\n\np := 1\n' }];
  expect(await compiler.check({ modules, hosted: [] })).toMatchObject({
    ok: true,
    diagnostics: [],
    warnings: [{ severity: 'warning', code: 'rego_strict', row: 3 }],
  });
  expect(await compiler.check({ modules, hosted: [], strict: false })).toMatchObject({ ok: true, diagnostics: [], warnings: [] });
});

test('test runs Rego tests with data, and reports coverage of the policy alone', async () => {
  const tests = {
    path: 'authz/allow_test.rego',
    text: 'package authz_test\n\ntest_root if data.authz.allow with input as {"user": data.admin}\n',
  };
  const answer = await compiler.test({ modules: [allow, tests], data: '{"admin": "root"}', coverage: true });
  expect(answer).toMatchObject({
    ok: true,
    results: [{ package: 'data.authz_test', name: 'test_root', status: 'pass' }],
    coverage: { percent: 50, files: [{ file: 'authz/allow.rego', covered: [[5, 5]], notCovered: [[3, 3]] }] },
  });
});

test('format answers the text, and a diff when asked', async () => {
  const answer = await compiler.format({ modules: [{ path: 'a.rego', text: 'package a\np:=1\n' }], diff: true });
  expect(answer.files).toMatchObject([{ path: 'a.rego', changed: true, text: 'package a\n\np := 1\n', diagnostics: [] }]);
  expect(answer.files[0]?.diff).toContain('+p := 1');
});

test('evaluate answers a batch with OPA itself, exactly', async () => {
  const answer = await compiler.evaluate({
    modules: [allow],
    timeNs: '1700000000000000001',
    evaluations: [
      { query: 'data.authz.allow', input: '{"user": "root"}' },
      { query: 'x := [{2, 1}, time.now_ns()]' },
      { query: 'x := 1 / 0', strictBuiltinErrors: true },
    ],
  });
  expect(answer.results).toMatchObject([
    { defined: true, json: '[{"_":[true]}]' },
    { defined: true, json: '[{"x":[[1,2],1700000000000000001]}]', term: '[{"x": [{1, 2}, 1700000000000000001]}]' },
    { defined: false, error: { code: 'eval_builtin_error' } },
  ]);
});

test('capabilities sort every built-in of OPA into native and other', async () => {
  const { builtins } = await compiler.capabilities();
  const named = new Map(builtins.map((b) => [b.name, b]));
  expect(builtins.length).toBeGreaterThan(200);
  expect(named.get('regex.match')).toMatchObject({ wasmNative: true, arity: 2 });
  expect(named.get('walk')).toMatchObject({ wasmNative: true, relation: true });
  expect(named.get('http.send')).toMatchObject({ wasmNative: false, nondeterministic: true });
  expect(named.get('cast_set')).toMatchObject({ wasmNative: false, deprecated: true });
});

test('a call that is aborted rejects with the reason of its signal', async () => {
  const reason = new Error('no longer wanted');
  await expect(compiler.check({ modules: [allow], hosted: [] }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const abort = new AbortController();
  const slow = compiler.evaluate({ modules: [], evaluations: [{ query: endless }] }, { signal: abort.signal });
  abort.abort(reason);
  await expect(slow).rejects.toBe(reason);
  expect(await compiler.check({ modules: [allow], hosted: [] })).toMatchObject({ ok: true });
});

/** Ten thousand million steps: nothing ends it but a bound. */
const endless = 'count([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x == y + 200000]) == 1';
