import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { decideLocally } from '../../../src/cli/decide-locally.js';
import { loadConfig } from '../../../src/config/load.js';
import { createFromPreset } from '../../../src/gateway/activate-preset.js';
import { createPolicyEngine } from '../../../src/gateway/policy-engine.js';
import { silentLog } from '../../../src/log.js';
import { readPreset } from '../../../src/policy/presets/preset.js';
import type { PresetName } from '../../../src/policy/presets/preset.js';
import { ROOT } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';

const scanned = (type: string, severity: string): unknown => ({
  ...{ target_type: type, target_name: 'x', path: '/tmp/x', block_list: [], allow_list: [] },
  scan_result: { max_severity: severity, total_findings: 1 },
});
const found = (severity: string): unknown => ({
  ...{ direction: 'prompt', mode: 'action', scanner_mode: 'local', content_length: 9, cisco_result: null },
  local_result: { action: 'alert', severity, findings: ['A'], reason: 'r' },
});
const to = (destination: string, port = 443): unknown => ({ destination, port, protocol: 'tcp', target_type: 'skill' });

/** What each preset says, in the order of the columns: default, strict, permissive, firewall-deny-default. */
const DECISIONS = [
  ['admission', 'verdict', scanned('skill', 'CRITICAL'), ['rejected', 'rejected', 'rejected', 'rejected']],
  ['admission', 'verdict', scanned('skill', 'HIGH'), ['rejected', 'rejected', 'warning', 'rejected']],
  ['admission', 'verdict', scanned('skill', 'MEDIUM'), ['warning', 'rejected', 'warning', 'warning']],
  ['admission', 'verdict', scanned('plugin', 'MEDIUM'), ['warning', 'rejected', 'warning', 'warning']],
  ['admission', 'verdict', scanned('mcp', 'MEDIUM'), ['rejected', 'rejected', 'warning', 'rejected']],
  ['guardrail', 'action', found('CRITICAL'), ['block', 'block', 'block', 'block']],
  ['guardrail', 'action', found('MEDIUM'), ['alert', 'block', 'allow', 'alert']],
  ['guardrail', 'action', found('LOW'), ['allow', 'alert', 'allow', 'allow']],
  ['firewall', 'action', to('github.com'), ['allow', 'allow', 'allow', 'deny']],
  ['firewall', 'action', to('github.com', 8443), ['deny', 'deny', 'allow', 'deny']],
  ['firewall', 'action', to('example.com'), ['deny', 'deny', 'allow', 'deny']],
  ['firewall', 'action', to('169.254.169.254'), ['deny', 'deny', 'deny', 'deny']],
] as const;

it.each([
  ['default', 0],
  ['strict', 1],
  ['permissive', 2],
  ['firewall-deny-default', 3],
] as const)('a folder made of the preset %s serves, and decides as it says', { timeout: 120_000 }, async (name: PresetName, column) => {
  const dir = await tempDir();
  await createFromPreset(readPreset(name), path.join(dir, 'policies'));
  const config = loadConfig({ env: { DEFENSECLAW_HOME: dir }, userHome: dir, cwd: dir });
  const parts = createPolicyEngine({ config, policyDir: path.join(dir, 'policies'), log: silentLog });
  onTestFinished(() => parts.close());
  const outcome = await parts.engine.reload('boot');
  expect(outcome).toMatchObject({ status: 'reloaded', diagnostics: [] });
  for (const [domain, field, input, expected] of DECISIONS) {
    const made = await decideLocally({ parts }, `defenseclaw/${domain}`, input);
    const decision = made.decision as Readonly<Record<string, unknown>>;
    expect({ domain, input, decided: decision[field] }).toEqual({ domain, input, decided: expected[column] });
  }
});

it('the preset default changes nothing of the shipped data', async () => {
  const dir = await tempDir();
  await createFromPreset(readPreset('default'), path.join(dir, 'policies'));
  for (const name of ['data.json', 'data-sandbox.json']) {
    const [made, shipped] = [path.join(dir, 'policies/rego'), path.join(ROOT, 'policies/rego')].map((root) =>
      readFile(path.join(root, name), 'utf8'),
    );
    expect(await made).toBe(await shipped);
  }
});

it('a folder that holds something is left as it is', async () => {
  const dir = await tempDir({ 'mine.txt': 'x' });
  await expect(createFromPreset(readPreset('strict'), dir)).rejects.toMatchObject({ code: 'usage' });
});
