import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

const MODULE = 'package app\n\nallow if input.ok\n';
const TEST = 'package app_test\n\nimport data.app\n\ntest_ok if app.allow with input as {"ok": true}\n';

describe('the folder of a policy command', () => {
  const commands = [
    ['policy', 'validate'],
    ['policy', 'test'],
    ['policy', 'fmt'],
    ['policy', 'show'],
    ['policy', 'eval', 'data.app'],
  ];

  it.each(commands.map((command) => ({ command })))('is the last argument of $command', async ({ command }) => {
    const dir = await tempDir({ 'mine/app.rego': MODULE, 'mine/app_test.rego': TEST, 'policies/other.rego': 'package other\n\nx := {\n' });
    const { code, stderr } = await runCli([...command, './mine'], cliEnv(await tempDir()), { cwd: dir });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('is said where it was found, and never between the lines of --json', async () => {
    const dir = await tempDir({ 'policies/app.rego': MODULE });
    const env = cliEnv(await tempDir());
    const found = await runCli(['policy', 'validate'], env, { cwd: dir });
    expect(found).toMatchObject({ code: 0, stderr: `policy folder: ${dir}/policies (./policies)\n` });
    const json = await runCli(['policy', 'validate', '--json'], env, { cwd: dir });
    expect(json.stderr).toBe('');
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, root: `${dir}/policies` });
  });
});
