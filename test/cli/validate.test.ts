import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import type { CliResult } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

async function validate(files: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<CliResult> {
  const dir = await tempDir(Object.fromEntries(Object.entries(files).map(([name, text]) => [`p/${name}`, text])));
  return runCli(['policy', 'validate', './p', ...flags], cliEnv(await tempDir()), { cwd: dir });
}

const UNUSED = { 'a.rego': 'package a\n\nimport data.b\n\nx := data.app.rolse.admin\n', 'app/data.json': '{"roles": {}}' };

describe('policy validate', () => {
  it('takes Rego v0 for what it is, once', async () => {
    const module = 'package a\n\nallow { input.x }\n\nviolation[m] { m := 1 }\n';
    const { code, stderr } = await validate({ 'a.rego': module, 'b.rego': module });
    expect(code).toBe(1);
    expect(stderr.match(/looks like Rego v0, as do 2 files/gu)).toHaveLength(1);
    expect(stderr).toContain('--v0-compatible');
    expect(stderr).toContain('policy fmt --v0-to-v1 --write');
    expect(stderr.match(/keyword is required/gu)).toHaveLength(2);
  });

  it('says what was meant under the line that is wrong', async () => {
    const { code, stderr } = await validate({
      'a.rego': 'package a\n\nallow if roles[input.x]\n\nb if inptu.user\n',
      'roles.rego': 'package app.roles\n\nadmin := 1\n',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('    allow if roles[input.x]\n             ^\n  hint: add `import data.app.roles`\n');
    expect(stderr).toContain('  hint: did you mean input?\n');
  });

  it('warns of what is unused and of data that is not there, and fails for it with --strict', async () => {
    const { code, stdout, stderr } = await validate(UNUSED);
    expect(code).toBe(0);
    expect(stderr).toContain('a.rego:3:1: warning: import data.b unused [rego_strict]');
    expect(stderr).toContain('a.rego:5:6: warning: data.app.rolse is undefined: no module and no data file defines it [data_undefined]');
    expect(stderr).toContain('hint: did you mean data.app.roles?');
    expect(stdout).toContain('All validations passed. 2 warnings');
    const strict = await validate(UNUSED, '--strict');
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain('2 errors');
  });

  it('lists what is served, what is data, and what is ignored and why', async () => {
    const { code, stdout } = await validate({
      ...{ 'a.rego': 'package a\n\nx := 1\n', 'a_test.rego': 'package a\n\ntest_x if x == 1\n', 'b/data.yaml': 'c: 1\n' },
      ...{ 'roles.json': '{}', 'b/foo.yml': '{}', 'b/data-x.json': '{}', 'a.rego~': '', 'judge/notes.txt': '', 'README.md': '' },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('served  1 module: a.rego\n');
    expect(stdout).toContain('tests  1 file: a_test.rego\n');
    expect(stdout).toContain('data  b/data.yaml\n');
    expect(stdout).toContain('ignored  6 files\n');
    expect(stdout).toContain('roles.json: data is called data.json, data.yaml or data.yml: as roles/data.json it would be data.roles\n');
    expect(stdout).toContain('b/foo.yml: data is called data.json, data.yaml or data.yml: as b/foo/data.yml it would be data.b.foo\n');
    expect(stdout).toContain('b/data-x.json: data-*.json replaces data at the root of the folder only');
    expect(stdout).toContain('a.rego~: a module ends in .rego\n');
    expect(stdout).toContain('README.md: is no policy file\n');
    expect(stdout).not.toContain('data.json: OK');
  });

  it('says that modules beside rego/ are not read', async () => {
    const files = { 'rego/lib.rego': 'package lib\n\nx := 1\n', 'general/a.rego': 'package a\n\nx := 1\n' };
    const { code, stdout, stderr } = await validate(files);
    expect(code).toBe(0);
    expect(stderr).toContain('only what lies in there is read (1 of 2 modules)');
    expect(stdout).toContain('general/a.rego: lies beside rego/, which alone is read');
    const dir = await tempDir(files);
    expect((await runCli(['policy', 'fmt', dir], cliEnv(dir))).stderr).toContain('only what lies in there is read (1 of 2 modules)');
  });

  it('reports to GitHub with files as the repository names them, and columns of characters', async () => {
    const { code, stdout } = await validate({ 'a.rego': 'package a\n\nx := {"é": startwith("a", 100)}\n' }, '--format', 'github');
    expect(code).toBe(1);
    expect(stdout).toBe(
      '::error file=p/a.rego,line=3,col=12,endColumn=31,title=rego_type_error::undefined function startwith: did you mean startswith?\n',
    );
  });

  it('reports as SARIF 2.1.0', async () => {
    const { code, stdout } = await validate(UNUSED, '--format', 'sarif', '--strict');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'defenseclaw-gateway',
              semanticVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/u) as string,
              rules: [{ id: 'data_undefined' }, { id: 'rego_strict' }],
            },
          },
          columnKind: 'utf16CodeUnits',
          results: [
            {
              ruleId: 'rego_strict',
              ruleIndex: 1,
              level: 'error',
              message: { text: 'import data.b unused' },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'p/a.rego' },
                    region: { startLine: 3, startColumn: 1, endColumn: 7, snippet: { text: 'import data.b' } },
                  },
                },
              ],
            },
            {
              ruleId: 'data_undefined',
              ruleIndex: 0,
              level: 'error',
              message: { text: 'data.app.rolse is undefined: no module and no data file defines it: did you mean data.app.roles?' },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'p/a.rego' },
                    region: { startLine: 5, startColumn: 6, snippet: { text: 'x := data.app.rolse.admin' } },
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('takes a mock of what it refuses, and names the setting for a call', async () => {
    const mocked = { 'a.rego': 'package a\n\nr := x if x := 1 with http.send as {"status": 200}\n' };
    expect((await validate(mocked, '--format', 'json')).code).toBe(0);
    const { code, stderr } = await validate({ 'a.rego': 'package a\n\nr := http.send({"url": "x"})\n' });
    expect(code).toBe(1);
    expect(stderr).toContain('name it in evaluation.allow_builtins');
  });
});
