import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { startTestGateway } from '../helpers/gateway.js';
import { shippedPolicies } from '../helpers/policies.js';
import { packAt } from '../helpers/rule-packs.js';
import { tempDir, writeTree } from '../helpers/temp-dir.js';

const DATA = 'rego/data.json';

async function backupsOf(dir: string): Promise<readonly string[]> {
  return (await readdir(path.join(dir, 'rego'))).filter((name) => name.includes('.bak-'));
}

describe('policy activate', () => {
  it('sets a preset, lets the gateway reload, and is undone by a rollback', { timeout: 180_000 }, async () => {
    const dir = await shippedPolicies();
    const { call, gateway, dataDir } = await startTestGateway(dir, { 'gateway.watcher.enabled': false });
    const env = cliEnv(dataDir);
    const port = ['--port', new URL(gateway.url).port];
    const verdict = async (): Promise<unknown> =>
      (await call('POST', '/policy/evaluate/skill-actions', { severity: 'MEDIUM', target_type: 'skill' })).json()['runtime_action'];
    const before = await readFile(path.join(dir, DATA));
    const set = await runCli(['policy', 'activate', 'strict', dir, ...port], env);
    expect({ code: set.code, stdout: set.stdout }).toEqual({ code: 0, stdout: expect.stringContaining('strict: serves') as string });
    expect(await verdict()).toBe('block');
    const [backup] = await backupsOf(dir);
    expect(await readFile(path.join(dir, 'rego', backup ?? ''))).toEqual(before);
    const again = await runCli(['policy', 'activate', 'strict', dir, ...port, '--json'], env);
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: [], reload: 'unchanged' });
    expect(await backupsOf(dir)).toHaveLength(1);
    const listed = await runCli(['policy', 'list', dir, '--json'], env);
    const active = (JSON.parse(listed.stdout) as { readonly name: string; readonly active: boolean }[]).filter((preset) => preset.active);
    expect(active.map(({ name }) => name)).toEqual(['strict']);
    expect((await runCli(['policy', 'rollback', ...port], env)).code).toBe(0);
    expect(await verdict()).toBe('allow');
  });

  it('puts the files back when the reload is refused', { timeout: 180_000 }, async () => {
    const dir = await shippedPolicies();
    const { gateway, dataDir } = await startTestGateway(dir, { 'gateway.watcher.enabled': false });
    const served = gateway.engine.current?.id;
    await writeFile(path.join(dir, 'rego/broken.rego'), 'package broken\n\nallow if {\n');
    const before = await readFile(path.join(dir, DATA));
    const { code, stderr } = await runCli(['policy', 'activate', 'permissive', dir, '--port', new URL(gateway.url).port], cliEnv(dataDir));
    expect(code).toBe(1);
    expect(stderr).toContain('broken.rego:3');
    expect(stderr).toContain('The data files are as they were.');
    expect(await readFile(path.join(dir, DATA))).toEqual(before);
    expect(gateway.engine.current?.id).toBe(served);
  });

  it.each(['strict', 'permissive', 'firewall-deny-default'])(
    'makes a folder of %s that passes the tests that come with it',
    { timeout: 120_000 },
    async (preset) => {
      const dir = path.join(await tempDir(), 'policies');
      const env = cliEnv(await tempDir());
      expect((await runCli(['policy', 'create', dir, '--from-preset', preset], env)).code).toBe(0);
      const { code, stdout } = await runCli(['policy', 'test', dir], env);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(' 0 failed') as string });
    },
  );

  it('does without a gateway, and knows the names of presets alone', { timeout: 120_000 }, async () => {
    const dir = await shippedPolicies();
    const env = cliEnv(await tempDir());
    const set = await runCli(['policy', 'activate', 'permissive', dir, '--port', '1'], env);
    expect({ code: set.code, stdout: set.stdout }).toEqual({ code: 0, stdout: expect.stringContaining('permissive: is set') as string });
    expect(await backupsOf(dir)).toHaveLength(2);
    expect((await runCli(['policy', 'activate', 'strickt', dir], env)).code).toBe(2);
    const shown = await runCli(['policy', 'show', 'firewall-deny-default'], env);
    expect(JSON.parse(shown.stdout)).toEqual({ firewall: { default_action: 'deny', allowed_domains: [], allowed_ports: [443] } });
  });
});

describe('policy rulepack validate', () => {
  it('checks every pack of a folder, or one, without a gateway', { timeout: 120_000 }, async () => {
    const broken = { 'rules/a.yaml': 'rules:\n  - {id: A, pattern: "(", severity: HIGH}\n', 'taint.yaml': 'x: 1\n' };
    const dir = await tempDir();
    await writeTree(dir, { ...packAt('default'), ...packAt('mine', broken) });
    const env = cliEnv(await tempDir());
    const all = await runCli(['policy', 'rulepack', 'validate', dir], env);
    expect(all.code).toBe(1);
    expect(all.stdout).toContain('✓ default: 2 rules, 2 suppressions, 2 sensitive tools');
    expect(all.stdout).toContain('✗ mine: 1 rule, 0 suppressions, 0 sensitive tools; not used: taint.yaml');
    expect(all.stderr).toContain('guardrail/mine/rules/a.yaml:2:');
    const one = await runCli(['policy', 'rulepack', 'validate', path.join(dir, 'guardrail/default'), '--json'], env);
    expect(one.code).toBe(0);
    expect(JSON.parse(one.stdout)).toMatchObject({ valid: true, packs: [{ name: 'default', rules: 2 }] });
    const alone = await tempDir({ 'own/rules/a.yaml': broken['rules/a.yaml'] });
    expect((await runCli(['policy', 'rulepack', 'validate', path.join(alone, 'own')], env)).stderr).toMatch(/^own\/rules\/a\.yaml:2:/u);
    const none = await runCli(['policy', 'rulepack', 'validate', await tempDir()], env);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('policy_dir_missing');
    expect(none.stderr).toContain('Next:  Name a rule pack, or a policy folder with packs in guardrail/.');
  });

  it('finds its folder as the other commands do', { timeout: 120_000 }, async () => {
    const cwd = await tempDir();
    await writeTree(path.join(cwd, 'policies'), { 'app.rego': 'package app\n', ...packAt('mine') });
    const found = await runCli(['policy', 'rulepack', 'validate'], cliEnv(await tempDir()), { cwd });
    expect(found.stderr).toContain(`policy folder: ${cwd}/policies (./policies)\n`);
    expect(found.code).toBe(0);
    expect(found.stdout).toContain('✓ mine: 2 rules');
  });
});
