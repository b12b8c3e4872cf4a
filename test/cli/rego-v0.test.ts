import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

const POLICY =
  'package labels\n\nviolation[{"msg": msg}] {\n  required := input.required[_]\n  msg := sprintf("missing %v", [required])\n}\n';
const TESTS = 'package labels\n\ntest_missing {\n  count(violation) == 1 with input as {"required": ["x"]}\n}\n';

function run(args: readonly string[], home: string): ReturnType<typeof runCli> {
  return runCli(args, cliEnv(home));
}

describe('Rego v0', () => {
  it('is checked, tested and asked with --v0-compatible, by configuration, and by the manifest of a bundle', async () => {
    const home = await tempDir();
    const dir = await tempDir({ 'labels.rego': POLICY, 'labels_test.rego': TESTS });
    expect((await run(['policy', 'validate', '-d', dir], home)).code).toBe(1);
    expect((await run(['policy', 'validate', '-d', dir, '--v0-compatible'], home)).code).toBe(0);
    const tested = await run(['policy', 'test', '-d', dir, '--v0-compatible'], home);
    expect(tested.stdout).toContain('1 passed, 0 failed');
    const shown = await run(['policy', 'show', '--entrypoints', '-d', dir, '--v0-compatible'], home);
    expect(shown.stdout).toContain('labels/violation');

    await writeFile(path.join(home, 'config.yaml'), 'policy:\n  rego_version: v0\n');
    expect((await run(['policy', 'validate', '-d', dir], home)).code).toBe(0);
    await writeFile(path.join(home, 'config.yaml'), '');
    await writeFile(path.join(dir, '.manifest'), '{"rego_version":0}');
    expect((await run(['policy', 'validate', '-d', dir], home)).code).toBe(0);
  });

  it('becomes v1 with policy fmt --v0-to-v1 --write, and nothing is written when it cannot', async () => {
    const home = await tempDir();
    const dir = await tempDir({ 'labels.rego': POLICY, 'labels_test.rego': TESTS, 'old.rego': 'package old\n\nok { any([input.x]) }\n' });
    const refused = await run(['policy', 'fmt', '-d', dir, '--v0-to-v1', '--write'], home);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('old.rego:3:6');
    expect(await readFile(path.join(dir, 'labels.rego'), 'utf8')).toBe(POLICY);

    await writeFile(path.join(dir, 'old.rego'), 'package old\n\nok { input.x }\n');
    const listed = await run(['policy', 'fmt', '-d', dir, '--v0-to-v1'], home);
    expect(listed.stdout.trim().split('\n')).toEqual(['labels.rego', 'old.rego', 'labels_test.rego']);
    expect(listed.code).toBe(1);
    // What says v0 of them says v1 from then on, or the folder would not compile any more.
    await writeFile(path.join(dir, '.manifest'), '{"revision":"r1","rego_version":0}');
    const written = await run(['policy', 'fmt', '-d', dir, '--v0-to-v1', '--write'], home);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(path.join(dir, '.manifest'), 'utf8')).toBe('{"revision":"r1","rego_version":1}\n');
    expect(await readFile(path.join(dir, 'old.rego'), 'utf8')).toBe('package old\n\nok if input.x\n');
    expect((await run(['policy', 'test', '-d', dir], home)).stdout).toContain('1 passed, 0 failed');
    // Half of a folder may be v1 already.
    expect(await run(['policy', 'fmt', '-d', dir, '--v0-to-v1'], home)).toMatchObject({ code: 0, stdout: '' });
  });
});
