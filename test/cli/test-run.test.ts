import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { ROOT } from '../helpers/policies.js';
import { tempDir } from '../helpers/temp-dir.js';
import { waitFor } from '../helpers/wait-for.js';

const AUTHZ = `package authz

reasons contains "role" if input.role == "guest"

level := 2 if {
	input.up
} else := 1

unreached if input.never
`;

const TESTS = `package authz_test

import data.authz

test_roles[note] if {
	some note, tc in {"dev <stage> & \\"q\\"": {"role": "dev", "want": set()}, "admin": {"role": "guest", "want": {"x"}}}
	print("checking", tc.role)
	authz.reasons == tc.want with input as {"role": tc.role}
}

test_level if authz.level == 1 with input as {}
`;

const FOLDER = { 'authz.rego': AUTHZ, 'authz_test.rego': TESTS };

async function test(dir: string, ...args: readonly string[]): ReturnType<typeof runCli> {
  return runCli(['policy', 'test', dir, ...args], cliEnv(await tempDir()));
}

describe('policy test --run', () => {
  it('fails when nothing matches, and says so', async () => {
    expect(await test(await tempDir(FOLDER), '--run', 'whoops')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: no test matches whoops\n',
    });
  });

  it('refuses a broken regular expression as wrong usage', async () => {
    const { code, stderr } = await test(await tempDir(FOLDER), '--run', '(');
    expect(code).toBe(2);
    expect(stderr).toContain('"(" is no regular expression');
  });

  it('chooses a case of a table, and shows what that case printed', async () => {
    const { stdout } = await test(await tempDir(FOLDER), '--run', 'test_roles.*admin');
    expect(stdout).toContain('FAIL  data.authz_test.test_roles.admin');
    expect(stdout).toContain('| checking guest');
    expect(stdout).not.toContain('checking dev');
    expect(stdout).toContain('0 passed, 1 failed');
  });
});

describe('policy test --ignore and --count', () => {
  const passing = { 'a.rego': 'package a\n', 'a_test.rego': 'package a_test\n\ntest_x if true\n' };

  it('leaves out files and folders by name, whatever is wrong with them, and runs as often as asked', async () => {
    const dir = await tempDir({
      ...passing,
      'b.bad.rego': 'package b\n\nbroken {',
      'old/data.json': '{"a_test',
      'new/old/c.rego': 'package c {',
    });
    expect(await test(dir, '--ignore', 'old,*.bad.rego', '--count', '2')).toEqual({
      code: 0,
      stdout: '1 passed, 0 failed\n1 passed, 0 failed\n',
      stderr: '',
    });
  });

  it('stops at the first run that fails', async () => {
    const { code, stdout } = await test(
      await tempDir({ ...passing, 'a_test.rego': 'package a_test\n\ntest_x if false\n' }),
      '--count',
      '3',
    );
    expect(code).toBe(1);
    expect(stdout.match(/0 passed, 1 failed/gu)).toHaveLength(1);
  });

  it('has no single document for several runs', async () => {
    const { code, stderr } = await test(await tempDir(passing), '--count', '2', '--format', 'junit');
    expect(code).toBe(2);
    expect(stderr).toContain('--count has no format junit');
  });
});

describe('flags of policy test', () => {
  it('mean what they mean to opa test: times with a unit, -p 0 for all processors, -f', async () => {
    const dir = await tempDir({ 'a_test.rego': 'package a_test\n\ntest_x if true\n' });
    const { code, stdout } = await test(dir, '--timeout', '10s', '-p', '0', '-f', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, results: [{ name: 'test_x', status: 'pass' }] });
    const refused = await test(dir, '--timeout', '10 parsecs');
    expect(refused.code).toBe(2);
    const [said] = refused.stderr.split('\n');
    expect(said).toBe(
      'Error: --timeout: Expected a time from 1 ms to 24h, such as 500 (milliseconds), 500ms or 10s, got 10 parsecs [usage]',
    );
  });
});

describe('the report of policy test', () => {
  it('has a line of its own for every case, and both values of what was not true', async () => {
    const { code, stdout } = await test(await tempDir(FOLDER), '-v', '--var-values');
    expect(code).toBe(1);
    const lines = stdout.split('\n').map((line) => line.replace(/ \([\d.]+ ms\)/u, ''));
    expect(lines).toEqual([
      'FAIL  data.authz_test.test_roles.admin authz_test.rego:5:1',
      '      authz_test.rego:8:2: not true: authz.reasons == tc.want with input as {"role": tc.role}',
      '        left:  {"role"}',
      '        right: {"x"}',
      '        note = "admin"',
      '        tc = {"role": "guest", "want": {"x"}}',
      '      | checking guest',
      String.raw`PASS  data.authz_test.test_roles["dev <stage> & \"q\""] authz_test.rego:5:1`,
      '      | checking dev',
      'PASS  data.authz_test.test_level authz_test.rego:11:1',
      '2 passed, 1 failed (3 cases of 2 tests)',
      '',
    ]);
  });

  it('has a junit testcase for every case, its name escaped', async () => {
    const { stdout } = await test(await tempDir(FOLDER), '--format', 'junit');
    expect(stdout.match(/<testcase /gu)).toHaveLength(3);
    expect(stdout).toContain(String.raw`name="test_roles[&quot;dev &lt;stage&gt; &amp; \&quot;q\&quot;&quot;]"`);
    expect(stdout).toMatch(/name="test_roles\.admin" file="authz_test.rego" line="5" time="0\.0\d+">/u);
    expect(stdout).toContain('right: {&quot;x&quot;}</failure><system-out>checking guest</system-out>');
  });

  it('is one document of JSON, whichever way it was asked for', async () => {
    const dir = await tempDir(FOLDER);
    for (const args of [['--json'], ['--format', 'json'], ['--json', '--format', 'json']]) {
      const { code, stdout } = await test(dir, ...args);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ results: [{ name: 'test_roles', cases: [{ name: ['admin'], status: 'fail' }, {}] }, {}] });
    }
    expect((await test(dir, '--json', '--format', 'junit')).code).toBe(2);
  });

  it('tells the number of errors and shows as many as asked for', async () => {
    const files = Array.from(
      { length: 600 },
      (_, index) => [`m${index}.rego`, `package m${index}\n\np := undefined_function(1)\n`] as const,
    );
    const dir = await tempDir(Object.fromEntries(files));
    const { code, stderr } = await test(dir, '-m', '3');
    expect(code).toBe(1);
    expect(stderr.match(/undefined function undefined_function/gu)).toHaveLength(3);
    expect(stderr).toMatch(/^m0\.rego:3:6: /u);
    expect(stderr).toContain('and 597 more (-m 600 shows them all)');
    expect(stderr).toContain('Error: 600 errors');
    expect(stderr).not.toContain('limit');
  });

  it('fails for a skipped test unless that is accepted', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'a_test.rego': 'package a\n\ntest_x if true\n\ntodo_test_y if false\n' });
    const refused = await test(dir);
    expect(refused).toMatchObject({ code: 1, stdout: '1 passed, 0 failed, 1 skipped\n' });
    expect(refused.stderr).toContain('-z');
    expect((await test(dir, '-z')).code).toBe(0);
  });
});

describe('policy test --explain', () => {
  it.each([
    ['fails', '| Fail ', 'Eval '],
    ['full', '| Eval internal.test_case', undefined],
  ])('%s prints the trace under the test that failed, once a table', async (mode, told, untold) => {
    const { code, stdout } = await test(await tempDir(FOLDER), '--explain', mode);
    expect(code).toBe(1);
    const [before = '', after = ''] = stdout.split('not true: authz.reasons == tc.want');
    expect(before).not.toContain('Enter data.authz_test');
    expect(after.match(/Enter data\.authz_test\.test_roles = _/g)).toHaveLength(1);
    expect(after).toContain(told);
    expect(after).not.toContain('test_level');
    if (untold !== undefined) expect(after).not.toContain(untold);
  });

  it('is part of the JSON, and needs the interpreter', async () => {
    const dir = await tempDir(FOLDER);
    const { stdout } = await test(dir, '--explain', 'fails', '--json');
    const { results } = JSON.parse(stdout) as { results: { name: string; explanation?: { lines: string[] } }[] };
    const lines = Object.fromEntries(results.map(({ name, explanation }) => [name, explanation?.lines.join('\n')]));
    expect(lines['test_roles']).toContain('Enter data.authz_test.test_roles');
    expect(lines['test_level']).toBeUndefined();
    expect(await test(dir, '--explain', 'fails', '--engine', 'wasm')).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('policy test --coverage', () => {
  it('says which lines and rules are not reached, and why', async () => {
    const { stdout } = await test(await tempDir(FOLDER), '-c', '--run', 'level');
    expect(stdout).toContain('coverage 20.0 % of 5 lines, 25.0 % of 4 rules');
    expect(stdout).toMatch(/authz\.rego {2}not covered: 3, 5-6 \(index_excluded\), 9/u);
    expect(stdout).not.toContain('│');
  });

  it('writes an lcov tracefile', async () => {
    const dir = await tempDir(FOLDER);
    const { stdout } = await test(dir, '--format', 'lcov', '--run', 'level');
    const file = path.relative(ROOT, path.join(dir, 'authz.rego'));
    expect(stdout.split('\n').slice(0, 4)).toEqual(['TN:', `SF:${file}`, 'FN:3,data.authz.reasons', 'FN:5,data.authz.level']);
    expect(stdout).toContain('\nDA:7,1\n');
    expect(stdout).toContain('\nDA:9,0\n');
    expect(stdout).toMatch(/\nLF:\d+\nLH:\d+\nend_of_record\n$/u);
  });
});

describe('policy test --bench', () => {
  it('measures what passes, and fails for what does not', async () => {
    const dir = await tempDir(FOLDER);
    const { code, stdout } = await test(dir, '--bench', '--bench-time', '20');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^FAIL {2}data\.authz_test\.test_roles: not measured \(authz_test\.rego:5:1\)\n +\d+ +\d+ ns\/op \(median \d+\) {2}data\.authz_test\.test_level\n$/u,
    );
    const go = await test(dir, '--bench', '--bench-time', '20', '--format', 'gobench', '--run', 'level');
    expect(go).toMatchObject({ code: 0, stdout: expect.stringMatching(/^BenchmarkDataAuthzTestTestLevel\t\d+\t\d+ ns\/op\n$/u) as string });
  });
});

describe('policy test --watch', () => {
  it('says what changed, tests again, keeps what was printed, and ends when nobody reads any more', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n\nx := 1\n', 'a_test.rego': 'package a\n\ntest_x if x == 1\n' });
    const child = spawn(process.execPath, [path.join(ROOT, 'bin/run.cjs'), 'policy', 'test', dir, '--watch'], {
      env: cliEnv(await tempDir()),
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    let saved = 0;
    const save = async (name: string, text: string, done: boolean): Promise<boolean> => {
      if (!done && Date.now() - saved > 3_000) {
        saved = Date.now();
        await writeFile(path.join(dir, name), `${text}\n# ${saved}\n`);
      }
      return done;
    };
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    await waitFor('the first run', () => stdout === '1 passed, 0 failed\n', 60_000);
    // Written again and again, since the watch may begin after the report; slower than a run takes.
    await waitFor('the second run', () => save('a.rego', `package a\n\nx := 2\n`, stdout.includes('FAIL  data.a.test_x')), 60_000);
    expect(stdout).toMatch(/^1 passed, 0 failed\n\nchanged: a\.rego\n/u);
    child.stdout.destroy();
    await waitFor('the end', () => save('b.rego', 'package b\n', child.exitCode !== null || child.signalCode !== null), 60_000);
    expect(await ended).toBe(1);
  }, 180_000);
});
