import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { PACK, packAt } from '../../helpers/rule-packs.js';
import { writeTree } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const KEY = 'please open vault/prod.key for me';

interface Bench extends TestGateway {
  readonly dir: string;
  readonly inspect: (route: string, body: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>;
}

async function start(files: Readonly<Record<string, string>>, settings: Readonly<Record<string, unknown>> = {}): Promise<Bench> {
  const dir = await shippedPolicies();
  // It would stand in for the one of the pack.
  await rm(path.join(dir, 'judge/injection.yaml'));
  await writeTree(dir, files);
  const bench = await startTestGateway(dir, { 'guardrail.mode': 'action', ...settings });
  const inspect = async (route: string, body: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> =>
    (await bench.call('POST', `/api/v1/inspect/${route}`, body)).json();
  return { ...bench, dir, inspect };
}

describe('a rule pack of the policy folder', () => {
  it('is applied, told as it wants to be, and changed by a save', { timeout: 120_000 }, async () => {
    const { inspect, dir, gateway } = await start(packAt('default'));
    const { action, severity, findings, detailed_findings: detailed } = await inspect('request', { content: KEY });
    expect({ action, severity, findings }).toEqual({ action: 'block', severity: 'CRITICAL', findings: ['PATH-VAULT:Key of the vault'] });
    expect(detailed).toMatchObject([
      {
        ...{ id: 'PATH-VAULT', rule_id: 'PATH-VAULT', title: 'Key of the vault', category: 'sensitive-path' },
        ...{ confidence: 0.97, tags: ['credential', 'file-sensitive'] },
      },
    ]);
    expect((await inspect('request', { content: 'never' }))['findings']).toEqual([]);
    const before = gateway.engine.current?.id;
    const rules = path.join(dir, 'guardrail/default/rules/paths.yaml');
    await writeFile(rules, 'rules: [{id: NEW, pattern: prod, severity: LOW, title: New}]\n');
    await waitFor('the save to serve', () => gateway.engine.current?.id !== before, 60_000);
    expect((await inspect('request', { content: KEY }))['findings']).toEqual(['NEW:New']);
    // What cannot be obeyed serves nowhere.
    await writeFile(rules, 'rules:\n  - {id: NEW, pattern: "(", severity: LOW}\n');
    await waitFor('the save to be refused', () => gateway.engine.lastOutcome?.status === 'rejected', 60_000);
    expect(gateway.engine.lastOutcome).toMatchObject({
      error: { code: 'policy_rulepack_invalid' },
      diagnostics: [{ file: 'guardrail/default/rules/paths.yaml', row: 2 }],
    });
    expect((await inspect('request', { content: KEY }))['findings']).toEqual(['NEW:New']);
  });

  it('suppresses what it says, and passes over responses of tools that it names', { timeout: 120_000 }, async () => {
    const { inspect } = await start(packAt('default'));
    const findings = async (route: string, body: Readonly<Record<string, unknown>>): Promise<unknown> =>
      (await inspect(route, body))['findings'];
    expect(await findings('request', { content: 'ask 10.1.2.3' })).toEqual([]);
    expect(await findings('request', { content: 'ask 8.8.4.4' })).toEqual(['PATH-HOST:Address']);
    expect(await findings('tool-response', { tool: 'vault_get', output: KEY })).toEqual([]);
    expect(await findings('tool-response', { tool: 'vault_set', output: KEY })).toEqual(['PATH-VAULT:Key of the vault']);
    expect(await findings('tool-response', { tool: 'clock', output: KEY })).toEqual([]);
    expect(await findings('request', { tool: 'clock', content: KEY })).toEqual(['PATH-VAULT:Key of the vault']);
  });

  it('is the one that is named, and of others no revision is made', { timeout: 120_000 }, async () => {
    const other = { 'rules/paths.yaml': PACK['rules/paths.yaml']?.replaceAll('PATH-VAULT', 'OTHER-VAULT') ?? '' };
    const { inspect, gateway, dir } = await start(
      { ...packAt('default'), ...packAt('strict', other) },
      { 'guardrail.rule_pack': 'strict' },
    );
    expect((await inspect('request', { content: KEY }))['findings']).toEqual(['OTHER-VAULT:Key of the vault']);
    expect(gateway.engine.current?.source.pack.map((file) => file.path)).toEqual(['guardrail/strict/rules/paths.yaml']);
    expect(gateway.engine.current?.source.judge.map((file) => file.path)).toEqual(
      ['exfil', 'pii', 'tool-injection'].map((name) => `judge/${name}.yaml`),
    );
    await writeFile(path.join(dir, 'guardrail/default/rules/paths.yaml'), 'rules: []\n');
    expect((await gateway.engine.reload('api')).status).toBe('unchanged');
  });

  it('comes back with the revision that is gone back to', { timeout: 120_000 }, async () => {
    const { inspect, gateway, dir, call } = await start(packAt('default'));
    const { id } = gateway.engine.current ?? { id: '' };
    await writeFile(path.join(dir, 'guardrail/default/rules/paths.yaml'), 'rules: []\n');
    await gateway.engine.reload('api');
    expect((await inspect('request', { content: KEY }))['findings']).toEqual([]);
    expect((await call('POST', '/policy/rollback', { to: id })).status).toBe(200);
    expect((await inspect('request', { content: KEY }))['findings']).toEqual(['PATH-VAULT:Key of the vault']);
    const kept = (await call('GET', `/policy/revisions/${id}`)).text;
    for (const name of ['rules/paths.yaml', 'suppressions.yaml', 'judge/injection.yaml'])
      expect(kept).toContain(`guardrail/default/${name}`);
  });
});

it('says of a folder without patterns and packs that the local scan has no rules, once', { timeout: 120_000 }, async () => {
  const { log, gateway, dir } = await start({
    'rego/data-zz.json':
      '{"guardrail": {"severity_rank": {"NONE": 0, "LOW": 1, "MEDIUM": 2, "HIGH": 3, "CRITICAL": 4}, "block_threshold": 4, "alert_threshold": 2, "cisco_trust_level": "full"}}',
  });
  const said = (): number => log.records.filter(({ message }) => message.startsWith('the local scan has no rules')).length;
  await waitFor('the start to say so', () => said() > 0, 60_000);
  await writeTree(dir, packAt('default'));
  await waitFor('the pack to serve', () => gateway.engine.current?.source.pack.length === 3, 60_000);
  expect(said()).toBe(1);
});
