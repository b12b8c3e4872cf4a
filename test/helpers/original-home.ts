/** A `config.yaml` as DefenseClaw writes it: its whole configuration, empty texts for what nobody set, and our own settings among it. */
export const ORIGINAL_CONFIG = `config_version: 8
data_dir: ''
policy_dir: ''
plugin_dir: ~/.openclaw/extensions
environment: ''
claw: {mode: openclaw, home_dir: ~/.openclaw}
observability:
  destinations: {local: {kind: sqlite}}
llm: {model: '', api_key_env: '', base_url: '', timeout: 0, max_retries: 2, instance_name: main, bedrock: {region: ''}}
scanners: {skill_scanner: {use_llm: false}, codeguard: ''}
watch: {debounce_ms: 500, rescan_enabled: true}
webhooks: []
gateway:
  host: 127.0.0.1
  port: 18789
  token: ''
  token_env: ''
  tls: false
  tls_skip_verify: false
  reconnect_ms: 800
  api_port: 18970
  api_bind: ''
  watchdog: {enabled: true, interval: 30}
  watcher: {enabled: true, skill: {enabled: true, take_action: false, dirs: []}}
guardrail:
  enabled: true
  mode: observe
  scanner_mode: local
  host: ''
  port: 4000
  model: ''
  api_key_env: ''
  block_message: ''
  hook_fail_mode: closed
  connectors: {codex: {mode: action}}
  hilt: {enabled: false, min_severity: ''}
  detection_strategy: regex_only
  detection_strategy_prompt: ''
  judge: {enabled: false, timeout: 30, hook_timeout: 5, adjudication_timeout: 5, model: '', llm: {model: '', tls: {insecure_skip_verify: false}}}
`;
