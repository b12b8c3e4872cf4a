import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { planGuardrailSettings } from '../../../src/config/guardrail-file.js';
import { loadConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/config.js';
import { ORIGINAL_CONFIG } from '../../helpers/original-home.js';
import { tempDir } from '../../helpers/temp-dir.js';

async function load(yaml: string): Promise<Config> {
  const dir = await tempDir({ 'config.yaml': yaml });
  return loadConfig({ env: { DEFENSECLAW_HOME: dir }, cwd: dir, userHome: dir });
}

/** `a.b.c` with this value, as YAML. */
function nested(name: string, value: string): string {
  const keys = name.split('.');
  return `${keys.map((key) => `{${key}: `).join('')}${value}${'}'.repeat(keys.length)}\n`;
}

describe('the configuration of DefenseClaw', () => {
  it('is read for what concerns this gateway, and what does not is named once', async () => {
    const config = await load(ORIGINAL_CONFIG);
    expect(config.guardrail).toMatchObject({ enabled: true, mode: 'observe', scanner_mode: 'local', hilt: { min_severity: 'HIGH' } });
    expect(config.gateway).toMatchObject({ api_port: 18_970, api_bind: '127.0.0.1', token_env: 'DEFENSECLAW_GATEWAY_TOKEN', tls: {} });
    expect(config.llm).toEqual({ max_retries: 2 });
    expect(config.paths.policyDir).toBe(path.join(config.paths.home, 'policies'));
    expect(config.notUsed).toEqual([
      ...['plugin_dir', 'claw', 'observability', 'llm.instance_name', 'llm.bedrock', 'scanners', 'watch', 'webhooks'],
      ...['gateway.host', 'gateway.port', 'gateway.tls', 'gateway.tls_skip_verify', 'gateway.reconnect_ms', 'gateway.watchdog'],
      ...['gateway.watcher.skill', 'guardrail.port', 'guardrail.hook_fail_mode', 'guardrail.connectors'],
      ...['guardrail.judge.hook_timeout', 'guardrail.judge.adjudication_timeout', 'guardrail.judge.llm.tls'],
    ]);
    expect(config.warnings).toEqual([
      `${config.paths.configFile} holds settings of DefenseClaw that are not used here: ${config.notUsed.join(', ')}`,
    ]);
  });

  it.each([
    ...['environment', 'tenant_id', 'workspace_id', 'deployment_mode', 'discovery_source', 'quarantine_dir', 'plugin_dir', 'managed'],
    ...['enterprise', 'cloud_auth', 'update', 'privacy', 'notifications', 'webhooks', 'routing', 'claw', 'agent', 'acp', 'claude_code'],
    ...['codex', 'connector_hooks', 'ai_discovery', 'application_protection', 'scanners', 'openshell', 'watch', 'firewall', 'admission'],
    ...['skill_actions', 'mcp_actions', 'plugin_actions', 'asset_policy', 'registries', 'cisco_ai_defense', 'inspect_llm', 'llm_providers'],
    ...['default_llm_api_key_env', 'default_llm_model', 'observability', 'audit_db', 'audit_sinks', 'judge_bodies_db', 'otel', 'splunk'],
    ...['gateway.tls_skip_verify', 'gateway.device_key_file', 'gateway.auto_approve_safe', 'gateway.reconnect_ms', 'gateway.fleet_mode'],
    ...['gateway.max_reconnect_ms', 'gateway.approval_timeout_s', 'gateway.watchdog', 'gateway.watcher.plugin', 'gateway.watcher.mcp'],
    ...[
      'guardrail.host',
      'guardrail.llm',
      'guardrail.rules',
      'guardrail.judge_sweep',
      'guardrail.retain_judge_bodies',
      'guardrail.profiles',
    ],
    ...['guardrail.judge.hook_connectors', 'guardrail.judge.trace', 'llm.vertex', 'guardrail.judge.llm.azure'],
  ])('may hold %s, whatever stands below it', async (name) => {
    for (const value of ['{a: {b: [1]}}', 'x', '[1]']) {
      for (const before of ['', 'config_version: 8\n']) {
        const yaml = before === '' ? nested(name, value) : `${before}${nested(name, value).slice(1, -2)}\n`;
        expect((await load(yaml)).notUsed).toEqual([name]);
      }
    }
  });

  it.each([
    ['observabilty: {}', 'observabilty: Unknown setting'],
    ['guardrail: {hook_fail_mod: open}', 'guardrail.hook_fail_mod: Unknown setting'],
    ['gateway: {api_prt: 1}', 'Did you mean gateway.api_port?'],
    ['guardrail: {judge: {enbled: true}}', 'Did you mean guardrail.judge.enabled?'],
    ['guardrail: {mode: loud}', 'guardrail.mode'],
    ['gateway: {tls: 5}', 'gateway.tls'],
  ])('lets nobody off who wrote %s', async (yaml, message) => {
    for (const before of ['', 'config_version: 8\n']) await expect(load(`${before}${yaml}\n`)).rejects.toThrow(message);
  });

  it.each(['gateway.port', 'gateway.host', 'guardrail.api_key_env', 'guardrail.judge.model'])(
    'alone may hold %s: in a file of our own it is a slip for a setting of ours',
    async (name) => {
      await expect(load(nested(name, 'x'))).rejects.toThrow(`${name}: Unknown setting.`);
      expect((await load(`config_version: 8\n${nested(name, 'x').slice(1, -2)}\n`)).notUsed).toEqual([name]);
    },
  );

  it('keeps the meaning of an empty text in a file of our own', async () => {
    expect((await load('policy_dir: ""\n')).paths.policyDir).toBeUndefined();
    await expect(load('llm: {model: ""}\n')).rejects.toThrow('llm.model');
  });

  it('is patched in place, and loses nothing', async () => {
    const dir = await tempDir({ 'config.yaml': ORIGINAL_CONFIG });
    const { settings } = await planGuardrailSettings(path.join(dir, 'config.yaml'), { mode: 'action' }).persist();
    expect(settings.mode).toBe('action');
    const text = await readFile(path.join(dir, 'config.yaml'), 'utf8');
    for (const line of ['config_version: 8', 'port: 18789', 'hook_fail_mode: closed', 'mode: action']) expect(text).toContain(line);
  });
});
