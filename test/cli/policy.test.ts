import { chmod, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { ROOT } from '../helpers/policies.js';
import { tempDir } from '../helpers/temp-dir.js';

const SHIPPED = path.join(ROOT, 'policies/rego');

async function run(args: readonly string[]): ReturnType<typeof runCli> {
  return runCli(args, cliEnv(await tempDir()));
}

describe('policy validate', () => {
  it('passes the shipped policies in the words that DefenseClaw documents', async () => {
    const { code, stdout } = await run(['policy', 'validate', '--rego-dir', SHIPPED]);
    expect(code).toBe(0);
    expect(stdout).toContain('data.json: OK');
    expect(stdout).toContain('Rego compilation: OK (7 modules)');
    expect(stdout).toContain('All validations passed.');
  });

  it('shows file, line, column, the source line and a caret for an error', async () => {
    const dir = await tempDir({ 'broken.rego': 'package broken\n\nallow if {\n\tinput.user == undefined_thing\n}\n' });
    const { code, stderr } = await run(['policy', 'validate', '--rego-dir', dir]);
    expect(code).toBe(1);
    expect(stderr).toContain('broken.rego:4:');
    expect(stderr).toMatch(/\n {4}\tinput\.user == undefined_thing\n {4}\t *\^/u);
  });

  it('tells the number of errors and shows as many as asked for', async () => {
    const files = Array.from({ length: 500 }, (_, index) => [`m${index}.rego`, 'package\n'] as const);
    const { code, stderr } = await run(['policy', 'validate', await tempDir(Object.fromEntries(files)), '-m', '2']);
    expect(code).toBe(1);
    expect(stderr.match(/rego_parse_error/gu)).toHaveLength(2);
    expect(stderr).toContain('and 498 more');
    expect(stderr).toContain('500 errors in ');
  });

  it('names the data path that would disarm a domain', async () => {
    const dir = await tempDir();
    const { cp, writeFile } = await import('node:fs/promises');
    await cp(SHIPPED, dir, { recursive: true });
    const file = path.join(dir, 'data.json');
    const data = JSON.parse(await readFile(file, 'utf8')) as { actions: { CRITICAL: { runtime: string } } };
    data.actions.CRITICAL.runtime = 'blok';
    await writeFile(file, JSON.stringify(data));
    const { code, stdout } = await run(['policy', 'validate', '--rego-dir', dir, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, diagnostics: [{ path: 'data.actions.CRITICAL.runtime' }] });
  });
});

describe('policy test', () => {
  it('runs the shipped tests above the coverage that is promised', async () => {
    const { code, stdout } = await run(['policy', 'test', '--rego-dir', SHIPPED, '--coverage', '--threshold', '95', '--require-tests']);
    expect(code).toBe(0);
    const [, passed] = /(\d+) passed, 0 failed/u.exec(stdout) ?? [];
    expect(Number(passed)).toBeGreaterThanOrEqual(90);
  });

  it('names a failing test with the place of the expression that is not true', async () => {
    const dir = await tempDir({
      'a.rego': 'package a\n\nvalue := 1\n',
      'a_test.rego': 'package a_test\n\nimport data.a\n\ntest_two if {\n\ta.value == 2\n}\n',
    });
    const { code, stdout, stderr } = await run(['policy', 'test', '--rego-dir', dir]);
    expect(code).toBe(1);
    expect(stdout).toContain('test_two');
    expect(stdout).toContain('a_test.rego:6');
    expect(stderr).toContain('Tests FAILED.');
    const junit = await run(['policy', 'test', '--rego-dir', dir, '--format', 'junit']);
    expect(junit.stdout).toContain('<failure message="not true at a_test.rego:6');
    const json = await run(['policy', 'test', '--rego-dir', dir, '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ results: [{ name: 'test_two', status: 'fail' }] });
  });

  it('says that a folder holds no test, and fails only where tests are required', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n\nvalue := 1\n' });
    const allowed = await run(['policy', 'test', '--rego-dir', dir]);
    expect(allowed.code).toBe(0);
    expect(allowed.stdout + allowed.stderr).toContain('no tests');
    expect((await run(['policy', 'test', '--rego-dir', dir, '--require-tests'])).code).toBe(1);
  });

  it('fails below the coverage threshold', async () => {
    const dir = await tempDir({
      'a.rego': 'package a\n\nvalue := 1 if input.x\n\nother := 2 if {\n\tinput.y\n\tinput.z\n}\n',
      'a_test.rego': 'package a_test\n\nimport data.a\n\ntest_one if a.value == 1 with input as {"x": true}\n',
    });
    const { code, stderr } = await run(['policy', 'test', '--rego-dir', dir, '--threshold', '99']);
    expect(code).toBe(1);
    expect(stderr).toContain('below the threshold of 99 %');
  });
});

describe('policy fmt', () => {
  const UGLY = 'package a\nvalue:=1\n';

  it('lists, shows and writes what is not formatted, and touches nothing unasked', async () => {
    const dir = await tempDir({ 'a.rego': UGLY, 'b.rego': 'package b\n\nvalue := 1\n' });
    const list = await run(['policy', 'fmt', '--rego-dir', dir]);
    expect({ code: list.code, stdout: list.stdout }).toEqual({ code: 1, stdout: 'a.rego\n' });
    expect((await run(['policy', 'fmt', '--rego-dir', dir, '--diff'])).stdout).toContain('+value := 1');
    expect(await readFile(path.join(dir, 'a.rego'), 'utf8')).toBe(UGLY);
    // Bits that a umask takes off new files: those of the file must come through.
    await chmod(path.join(dir, 'a.rego'), 0o666);
    expect((await run(['policy', 'fmt', '--rego-dir', dir, '--write'])).code).toBe(0);
    expect((await stat(path.join(dir, 'a.rego'))).mode & 0o777).toBe(0o666);
    expect(await readFile(path.join(dir, 'a.rego'), 'utf8')).toContain('value := 1');
    expect(await readdir(dir)).toEqual(['a.rego', 'b.rego']);
    expect((await run(['policy', 'fmt', '--rego-dir', dir])).code).toBe(0);
  });
});

describe('dry runs', () => {
  const cases = [
    { args: ['policy', 'evaluate', '--target-name', 'x'], answer: { verdict: 'scan' } },
    {
      args: ['policy', 'evaluate', '--target-name', 'x', '--severity', 'critical', '--findings', '1'],
      answer: { verdict: 'rejected', runtime_action: 'block' },
    },
    { args: ['policy', 'evaluate-firewall', '--destination', 'GitHub.com'], answer: { action: 'allow', rule_name: 'domain-allowlist' } },
    { args: ['policy', 'evaluate-firewall', '--destination', '169.254.169.254'], answer: { action: 'deny', rule_name: 'block-explicit' } },
  ];
  it.each(cases)('$args', async ({ args, answer }) => {
    const { code, stdout } = await run([...args, '--rego-dir', SHIPPED]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(answer);
  });

  it('says why: what held, and what failed first with its place and values', async () => {
    const { code, stdout } = await run([
      'policy',
      'evaluate-firewall',
      '--destination',
      '169.254.169.254',
      '--explain',
      '--rego-dir',
      SHIPPED,
    ]);
    expect(code).toBe(0);
    const row =
      (await readFile(path.join(SHIPPED, 'firewall.rego'), 'utf8')).split('\n').findIndex((line) => line.startsWith('_blocked(_)')) + 1;
    expect(stdout).toContain(`+ data.defenseclaw.firewall._blocked  firewall.rego:${row}\n`);
    expect(stdout).toMatch(
      /- data\.defenseclaw\.firewall\._unwrapped {2}firewall\.rego:\d+\n +firewall\.rego:\d+: contains\(text, ":"\) {2}\{text: "169/u,
    );
    expect(stdout).toContain('the same result as the engine that serves\n');
    expect(JSON.parse(stdout.slice(0, stdout.indexOf('held')))).toMatchObject({ action: 'deny', do_instead: expect.any(String) as string });
  });

  it('wants what it needs', async () => {
    const { code, stderr } = await run(['policy', 'evaluate', '--rego-dir', SHIPPED]);
    expect(code).toBe(2);
    expect(stderr).toContain('--target-name is required');
  });
});

describe('every command', () => {
  it('writes no colour into a pipe', async () => {
    const { stdout, stderr } = await run(['policy', 'test', '--rego-dir', SHIPPED, '--verbose']);
    // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
    expect(stdout + stderr).not.toMatch(/\u001b/u);
  });

  it.each(['policy validate --nonsense', 'policy validate --nonsense --json', 'policy reload --port 99999 --json'])(
    'refuses what it cannot parse with exit code 2: %s',
    async (command) => {
      expect((await run(command.split(' '))).code).toBe(2);
    },
  );

  it('lets no terminal control of a policy file through', async () => {
    const dir = await tempDir({ 'e\u001b[2Jvil.rego': 'package a\n\nx := \u001b]0;title\u0007 }\n' });
    const { code, stdout, stderr } = await run(['policy', 'validate', '--rego-dir', dir]);
    expect(code).toBe(1);
    expect(stderr).toContain(String.raw`e\u001b[2Jvil.rego:3:`);
    // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
    expect(stdout + stderr).not.toMatch(/[\u001b\u0007]/u);
  });
});
