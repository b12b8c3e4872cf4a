/** Members of the input that each domain's package is asked with, over all its routes. */
export const DOMAIN_INPUTS: Readonly<Record<string, readonly string[]>> = {
  'data.defenseclaw.admission': ['target_type', 'target_name', 'path', 'scan_result', 'block_list', 'allow_list'],
  'data.defenseclaw.audit': ['event_type', 'severity', 'age_days', 'export_targets'],
  'data.defenseclaw.firewall': ['target_type', 'destination', 'port', 'protocol'],
  'data.defenseclaw.guardrail': [
    ...['direction', 'model', 'mode', 'scanner_mode', 'local_result', 'cisco_result', 'content_length', 'hilt'],
  ],
  'data.defenseclaw.sandbox': ['skill_name', 'requested_endpoints', 'requested_permissions'],
  'data.defenseclaw.skill_actions': ['severity', 'target_type'],
};
