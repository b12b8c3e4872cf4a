import { isRecord } from '../is-record.js';

/**
 * The configuration of DefenseClaw lies in the same home folder under the same name, and says more than concerns this gateway: its own
 * schema of versions 8 and 9, with the fields of older versions that it still reads. What stands below one of these keys is not looked at.
 */
const FOREIGN_KEYS: ReadonlySet<string> = new Set([
  'config_version',
  // who and where
  ...['environment', 'tenant_id', 'workspace_id', 'deployment_mode', 'discovery_source', 'quarantine_dir', 'plugin_dir'],
  ...['managed', 'enterprise', 'cloud_auth', 'update', 'privacy', 'notifications', 'webhooks', 'routing'],
  // agents and their hooks
  ...['claw', 'agent', 'acp', 'claude_code', 'codex', 'connector_hooks', 'ai_discovery', 'application_protection'],
  // scans, lists and enforcement of the daemon
  ...['scanners', 'openshell', 'watch', 'firewall', 'admission', 'skill_actions', 'mcp_actions', 'plugin_actions', 'asset_policy'],
  ...['registries', 'cisco_ai_defense', 'inspect_llm', 'llm_providers', 'default_llm_api_key_env', 'default_llm_model'],
  // telemetry and stores
  ...['observability', 'audit_db', 'audit_sinks', 'judge_bodies_db', 'otel', 'splunk'],
  ...below('gateway', [
    ...['tls_skip_verify', 'device_key_file', 'auto_approve_safe', 'reconnect_ms', 'max_reconnect_ms', 'approval_timeout_s'],
    ...['fleet_mode', 'watchdog', 'watcher.skill', 'watcher.plugin', 'watcher.mcp'],
  ]),
  ...below('guardrail', [
    ...['host', 'port', 'allow_empty_providers', 'allow_private_upstreams', 'llm', 'model_name', 'original_model', 'stream_buffer_bytes'],
    ...['custom_packs', 'rules', 'block_at', 'alert_at', 'cisco_trust_level', 'judge_sweep'],
    ...['retain_judge_bodies', 'judge_persist_queue_depth', 'allow_unknown_llm_domains', 'llm_role', 'hook_fail_mode', 'hook_self_heal'],
    ...['hook_self_heal_debounce_ms', 'connectors', 'profiles', 'profile_assignments', 'default_profile'],
    ...['judge.hook_connectors', 'judge.hook_timeout', 'judge.adjudication_timeout', 'judge.trace'],
  ]),
  ...['llm', 'guardrail.judge.llm'].flatMap((section) =>
    below(section, ['instance_name', 'forward_custom_headers', 'region', 'tls', 'bedrock', 'vertex', 'azure', 'extra_headers']),
  ),
]);

/** Keys that are a slip for one of ours unless the file is DefenseClaw's: there they mean the gateway that it connects to, or an older field. */
const FOREIGN_IN_ITS_OWN_FILE: ReadonlySet<string> = new Set([
  ...below('gateway', ['host', 'port']),
  ...below('guardrail', ['model', 'api_key_env', 'api_base', 'judge.model', 'judge.api_key_env', 'judge.api_base']),
]);

/** Timeouts for which 0 is the default in DefenseClaw's file. */
const ZERO_IS_UNSET: ReadonlySet<string> = new Set(['llm.timeout', 'guardrail.judge.timeout', 'guardrail.judge.llm.timeout']);

/** The settings of a file that may be DefenseClaw's. */
export interface SortedSettings {
  /** What is left for the schema: ours, and what nobody knows. */
  readonly values: Record<string, unknown>;
  /** Dotted names of what is known and has no use here, in the order of the file. */
  readonly notUsed: readonly string[];
}

/** Takes what is DefenseClaw's alone out of the values of a file. Where that is DefenseClaw's, an empty text means that nothing is set. */
export function takeOutForeign(values: Readonly<Record<string, unknown>>): SortedSettings {
  const notUsed: string[] = [];
  const itsOwn = 'config_version' in values;
  const isForeign = (name: string, value: unknown): boolean =>
    FOREIGN_KEYS.has(name) ||
    (itsOwn && FOREIGN_IN_ITS_OWN_FILE.has(name)) ||
    // Whether the daemon connects by TLS; ours is a section.
    (name === 'gateway.tls' && typeof value === 'boolean');
  const isUnset = (name: string, value: unknown): boolean => itsOwn && (value === '' || (value === 0 && ZERO_IS_UNSET.has(name)));

  function sort(section: Readonly<Record<string, unknown>>, parents: string): Record<string, unknown> {
    const kept: [string, unknown][] = [];
    for (const [key, value] of Object.entries(section)) {
      const name = `${parents}${key}`;
      if (isUnset(name, value)) continue;
      if (isForeign(name, value)) notUsed.push(name);
      else kept.push([key, isRecord(value) ? sort(value, `${name}.`) : value]);
    }
    return Object.fromEntries(kept);
  }

  const kept = sort(values, '');
  return { values: kept, notUsed: notUsed.filter((name) => name !== 'config_version') };
}

function below(section: string, keys: readonly string[]): string[] {
  return keys.map((key) => `${section}.${key}`);
}
