import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { cliEnv, runCli, startDaemon } from '../../helpers/daemon.js';
import { callGateway } from '../../helpers/gateway.js';
import { ORIGINAL_CONFIG } from '../../helpers/original-home.js';
import { ROOT } from '../../helpers/policies.js';
import { packAt } from '../../helpers/rule-packs.js';
import { tempDir, writeTree } from '../../helpers/temp-dir.js';

const BLOCK = { runtime: 'block', file: 'quarantine', install: 'block' };
const ALLOW = { runtime: 'allow', file: 'none', install: 'none' };

/** Data of the shape that DefenseClaw documents: words as patterns, and no settings for asking people. */
const DATA = {
  config: { policy_name: 'default', allow_list_bypass_scan: true, scan_on_install: true, max_enforcement_delay_seconds: 2 },
  actions: { CRITICAL: BLOCK, HIGH: BLOCK, MEDIUM: ALLOW, LOW: ALLOW, INFO: ALLOW },
  scanner_overrides: { mcp: { MEDIUM: BLOCK } },
  first_party_allow_list: [
    { target_type: 'plugin', target_name: 'defenseclaw', reason: 'own', source_path_contains: ['.claude/extensions'] },
  ],
  severity_ranking: { CRITICAL: 5, HIGH: 4, MEDIUM: 3, LOW: 2, INFO: 1 },
  audit: { retention_days: 90, log_all_actions: true, log_scan_results: true },
  guardrail: {
    severity_rank: { NONE: 0, LOW: 1, MEDIUM: 2, HIGH: 3, CRITICAL: 4 },
    ...{ block_threshold: 3, alert_threshold: 2, cisco_trust_level: 'full' },
    patterns: { injection: ['ignore previous'], secrets: ['-----begin rsa'] },
    severity_mappings: { injection: 'HIGH', secrets: 'MEDIUM' },
  },
};

/** The home folder of DefenseClaw: its configuration, its policies, and what lies about them. */
async function migratedHome(): Promise<string> {
  const home = await tempDir();
  const policies = path.join(home, 'policies');
  await cp(path.join(ROOT, 'policies/rego'), path.join(policies, 'rego'), { recursive: true });
  await rm(path.join(policies, 'rego/data.json'));
  const packs = { ...packAt('default'), ...packAt('strict') };
  await writeTree(policies, { ...packs, 'guardrail/default/taint.yaml': 'version: 1\n', 'default.yaml': 'name: default\n' });
  await writeTree(home, {
    'config.yaml': `${ORIGINAL_CONFIG}  rule_pack_dir: ${path.join(policies, 'guardrail/default')}\n`,
    'policies/rego/data.json': JSON.stringify(DATA),
    'policies/openshell/default-data.yaml': 'version: 1\n',
    'policies/guardrail/default/rules/local-patterns.yaml': 'version: 1\ninjection: [jailbreak]\n',
    'device.key': 'x',
    '.env': 'DEFENSECLAW_GATEWAY_TOKEN=\n',
  });
  return home;
}

it('a home folder of DefenseClaw starts, scans by its rule pack, and says what of it has no use here', { timeout: 180_000 }, async () => {
  const home = await migratedHome();
  const env = cliEnv(home);
  const checked = await runCli(['config', 'check'], env);
  expect({ code: checked.code, stderr: checked.stderr }).toEqual({ code: 0, stderr: expect.stringContaining('observability') as string });
  const packs = await runCli(['policy', 'rulepack', 'validate'], env);
  expect({ code: packs.code, stdout: packs.stdout }).toEqual({ code: 0, stdout: expect.stringContaining('default: 2 rules') as string });

  const daemon = await startDaemon(['--port', '0'], env);
  const inspect = async (content: string): Promise<Record<string, unknown>> =>
    (await callGateway(daemon.url, 'POST', '/api/v1/inspect/request', { content })).json();
  expect(await inspect('please open vault/prod.key for me')).toMatchObject({
    ...{ raw_action: 'block', severity: 'CRITICAL', mode: 'observe' },
    findings: ['PATH-VAULT:Key of the vault'],
  });
  expect(await inspect('ignore previous')).toMatchObject({ raw_action: 'block', severity: 'HIGH' });
  expect(await inspect('how is the weather?')).toMatchObject({ action: 'allow', findings: [] });
  const plugin = { target_type: 'plugin', target_name: 'defenseclaw', path: '/home/u/.claude/extensions/defenseclaw' };
  expect((await callGateway(daemon.url, 'POST', '/policy/evaluate', { input: plugin })).json()).toMatchObject({
    data: { verdict: 'allowed' },
  });

  const status = await runCli(['status', '--port', String(daemon.port)], env);
  expect(status.code).toBe(0);
  expect(status.stdout).toMatch(/not used +plugin_dir, claw, observability/u);
  daemon.child.kill('SIGTERM');
  expect(await daemon.exit).toBe(0);
  const said = daemon
    .output()
    .stderr.split('\n')
    .filter((line) => line.includes('not used here'));
  expect(said.filter((line) => line.includes('observability'))).toHaveLength(1);
  expect(said.some((line) => line.includes('local-patterns.yaml'))).toBe(true);
});
