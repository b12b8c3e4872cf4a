import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const NO_WATCH = { 'gateway.watcher.enabled': false };
const ENFORCE = { 'gates.tests': 'enforce' };

const limit = (value: number): string => `package a\n\nlimit := ${value}\n`;
const test = (value: number): string => `package a_test\n\nimport data.a\n\ntest_limit if a.limit == ${value}\n`;

const SLOW =
  'package a_test\n\ntest_slow if count([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x == y]) == 0\n';

interface Folder extends TestGateway {
  readonly write: (name: string, text: string) => Promise<void>;
  readonly served: () => Promise<unknown>;
  readonly gate: () => Promise<Record<string, unknown>>;
  readonly audited: (action: string) => readonly string[];
}

/** A gateway on a folder with one rule and one test of it, which passes. */
async function folder(settings: Readonly<Record<string, unknown>>): Promise<Folder> {
  const dir = await tempDir({ 'a.rego': limit(5), 'a_test.rego': test(5) });
  // An answer waits for the replay of decisions, and with it often for the tests.
  const started = await startTestGateway(dir, { 'gates.impact': 'off', ...settings });
  const { call, gateway } = started;
  return {
    ...started,
    write: (name, text) => writeFile(path.join(dir, name), text),
    served: async () => (await call('POST', '/v1/data/a/limit', {})).json()['result'],
    gate: async () => ((await call('GET', '/status')).json()['gates'] as { tests: Record<string, unknown> }).tests,
    audited: (action) => gateway.audit.list({ action }).map(({ details }) => details),
  };
}

describe('gates.tests: enforce', () => {
  it('refuses an edit that fails a test, names the test, and serves on; mended, the edit is live', async () => {
    const { write, call, served, gate, audited, gateway, log } = await folder({ ...ENFORCE, ...NO_WATCH });
    const before = gateway.engine.current?.id;
    await write('a.rego', limit(6));
    const refused = await call('POST', '/policy/reload');
    expect(refused.status).toBe(500);
    expect(refused.headers.get('x-defenseclaw-error')).toBe('policy_tests_failed');
    expect(refused.json()).toMatchObject({
      status: 'failed',
      code: 'policy_tests_failed',
      revision: before,
      diagnostics: [{ severity: 'error', code: 'policy_tests_failed', file: 'a_test.rego', row: 5, line: 'test_limit if a.limit == 5' }],
      gates: { tests: { state: 'failed', failed: 1, failing: ['data.a_test.test_limit'] } },
    });
    expect(refused.json()['error']).toContain('data.a_test.test_limit');
    expect(await served()).toBe(5);
    expect(await gate()).toMatchObject({ mode: 'enforce', state: 'failed' });
    expect(log.records.some(({ level, message }) => level === 'error' && message.includes('data.a_test.test_limit'))).toBe(true);
    expect((await call('GET', '/metrics')).text).toContain(
      'defenseclaw_policy_gate_runs_total{gate="tests",mode="enforce",result="failed"} 1',
    );
    expect(audited('policy-reload')[0]).toContain('policy_tests_failed');

    await write('a_test.rego', test(6));
    expect((await call('POST', '/policy/reload')).status).toBe(200);
    expect(await served()).toBe(6);
    expect(await gate()).toMatchObject({ state: 'passed', passed: 1 });
  });

  it('does the same for a save', async () => {
    const { write, served, gateway } = await folder(ENFORCE);
    await write('a.rego', limit(6));
    await waitFor('what was asked for', () => gateway.engine.lastOutcome?.error?.code === 'policy_tests_failed', 60_000);
    expect(await served()).toBe(5);
    await write('a_test.rego', test(6));
    await waitFor('what was asked for', async () => (await served()) === 6, 60_000);
  });

  it('is passed by force, which is audited with who and which tests; a compile error is not', async () => {
    const { write, call, served, gate, audited } = await folder({ ...ENFORCE, ...NO_WATCH });
    await write('a.rego', limit(6));
    const forced = await call('POST', '/policy/reload', { force: true, by: 'ann@desk' });
    expect(forced.status).toBe(200);
    expect(forced.json()).toMatchObject({ changed: true, forced: true, gates: { tests: { state: 'forced', by: 'ann@desk' } } });
    expect(await served()).toBe(6);
    expect(audited('policy-gates-forced')).toEqual(['gate tests passed by force by ann@desk: data.a_test.test_limit']);
    expect(audited('policy-reload')[0]).toContain('forced by ann@desk');
    // What was passed once is not asked to be passed again, as long as nothing changes.
    expect((await call('POST', '/policy/reload')).status).toBe(200);

    await write('a.rego', 'package a\n\nlimit := undefined_thing\n');
    expect((await call('POST', '/policy/reload', { force: true })).json()).toMatchObject({ code: 'policy_rejected' });
    await write('a.rego', limit(7));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ code: 'policy_tests_failed' });
    expect(await gate()).toMatchObject({ state: 'failed' });
  });

  it('makes no revision of a test file that changed alone, and asks its tests', async () => {
    const { write, served, gate, gateway } = await folder(ENFORCE);
    const before = gateway.engine.current;
    await write('a_test.rego', test(4));
    await waitFor('what was asked for', () => gateway.engine.lastOutcome?.error?.code === 'policy_tests_failed', 60_000);
    expect(await served()).toBe(5);
    await write('a_test.rego', `${test(5)}\ntest_more if true\n`);
    await waitFor('what was asked for', async () => (await gate())['passed'] === 2, 60_000);
    await waitFor('what was asked for', () => gateway.engine.lastOutcome?.status === 'unchanged', 60_000);
    expect(gateway.engine.current).toBe(before);
  });

  it('runs after an edit only the tests that reach it, on either engine, and tells of all', async () => {
    const { write, call, gate } = await folder({ ...ENFORCE, ...NO_WATCH });
    await write('b.rego', 'package b\n\nname := "x"\n');
    await write('b_test.rego', 'package b_test\n\nimport data.b\n\ntest_name if startswith(b.name, "x")\n');
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ gates: { tests: { passed: 2, ran: 1 } } });
    await write('b.rego', 'package b\n\nname := "xyz"\n');
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ gates: { tests: { state: 'passed', passed: 2, ran: 1 } } });
    await write('b.rego', 'package b\n\nname := "y"\n');
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({
      gates: { tests: { state: 'failed', passed: 1, failed: 1, failing: ['data.b_test.test_name'], ran: 1 } },
    });
    await write('data.json', '{"more": 1}');
    await write('b.rego', 'package b\n\nname := "xz"\n');
    await call('POST', '/policy/reload');
    expect(await gate()).toMatchObject({ state: 'passed', passed: 2, ran: 2 });
  });

  it('runs nothing again of which nothing has changed', async () => {
    const { write, call, gate } = await folder({ ...ENFORCE, ...NO_WATCH });
    for (const value of [6, 5, 6]) {
      await write('a.rego', limit(value));
      await write('a_test.rego', test(value));
      expect((await call('POST', '/policy/reload')).status).toBe(200);
    }
    expect(await gate()).toMatchObject({ state: 'passed', cached: true });
  });

  it.each([
    ['a test that errs', 'package a_test\n\ntest_errs if f(1)\n\nf(x) := y if some y in [x, x + 1]\n', 'eval_conflict_error'],
    ['a test file that does not compile', 'package a_test\n\ntest_x if nothing\n', 'var nothing is unsafe'],
  ])('refuses %s', async (_name, text, said) => {
    const { write, call } = await folder({ ...ENFORCE, ...NO_WATCH });
    await write('a_test.rego', text);
    const refused = await call('POST', '/policy/reload');
    expect(refused.status).toBe(500);
    expect(refused.json()).toMatchObject({ code: 'policy_tests_failed' });
    expect(refused.text).toContain(said);
  });

  it('refuses tests that do not end in time', async () => {
    const { write, call, served } = await folder({ ...ENFORCE, ...NO_WATCH, 'gates.timeout': '2s' });
    await write('a_test.rego', SLOW);
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ code: 'policy_tests_failed' });
    await write('a_test.rego', test(5));
    expect((await call('POST', '/policy/reload')).status).toBe(200);
    expect(await served()).toBe(5);
  });

  it('asks for coverage', async () => {
    const { write, call } = await folder({ ...ENFORCE, ...NO_WATCH, 'gates.coverage': 90 });
    await write('a.rego', `${limit(5)}\nmore if input.x\n\nother if input.y\n`);
    const refused = await call('POST', '/policy/reload');
    expect(refused.json()).toMatchObject({ code: 'policy_tests_failed' });
    expect(refused.text).toContain('gates.coverage asks for 90 %; not reached: data.a.more (a.rego:');
  });

  it('counts rules and not their lines', async () => {
    const { write, call } = await folder({ ...ENFORCE, ...NO_WATCH, 'gates.coverage': 50 });
    await write('a.rego', `${limit(6)}\nlong if {\n\tinput.a\n\tinput.b\n\tinput.c\n\tinput.d\n\tinput.e\n}\n`);
    await write('a_test.rego', test(6));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: true });
  });

  it('tells both values of a comparison that was not true', async () => {
    const { write, call } = await folder({ ...ENFORCE, ...NO_WATCH });
    await write('a.rego', limit(6));
    expect((await call('POST', '/policy/reload')).text).toContain('(left: 6, right: 5)');
  });
});

describe('gates.tests: warn', () => {
  it('swaps, then runs the tests and reports', async () => {
    const { write, call, served, gate, audited, log } = await folder(NO_WATCH);
    await waitFor('what was asked for', async () => (await gate())['state'] === 'passed', 60_000);
    await write('a.rego', limit(6));
    const answer = await call('POST', '/policy/reload');
    expect(answer.json()).toMatchObject({ changed: true, gates: { tests: { mode: 'warn', state: 'running' } } });
    expect(await served()).toBe(6);
    await waitFor('what was asked for', async () => (await gate())['state'] === 'failed', 60_000);
    expect(await gate()).toMatchObject({ failing: ['data.a_test.test_limit'] });
    expect(log.records.some(({ level, message }) => level === 'warn' && message.includes('data.a_test.test_limit'))).toBe(true);
    expect(audited('policy-tests')).toEqual(['tests of what serves: 1 of 1 did not pass: data.a_test.test_limit']);
    // A changed test alone is run as well.
    await write('a_test.rego', test(6));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: false });
    await waitFor('what was asked for', async () => (await gate())['state'] === 'passed', 60_000);
  });

  it('says that the tests did not end, not that none of them failed', async () => {
    const { write, call, gate, audited, log } = await folder({ ...NO_WATCH, 'gates.timeout': '2s' });
    await waitFor('what was asked for', async () => (await gate())['state'] !== 'running', 60_000);
    await write('a_test.rego', SLOW);
    await call('POST', '/policy/reload');
    const said = 'policy tests failed, the revision serves all the same: the tests did not end within 2000 ms (gates.timeout)';
    await waitFor('the line in the log', () => log.records.some(({ message }) => message === said), 60_000);
    expect(audited('policy-tests')[0]).toBe('tests of what serves: could not be run: the tests did not end within 2000 ms (gates.timeout)');
  });

  it('runs nothing when it is off', async () => {
    const { write, call, gate } = await folder({ ...NO_WATCH, 'gates.tests': 'off' });
    await write('a.rego', limit(6));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: true, gates: { tests: { mode: 'off' } } });
    expect(await gate()).toEqual({ mode: 'off' });
  });
});
