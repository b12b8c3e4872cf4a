/** One edit of the shipped policies: in the file, the first text becomes the second. */
export interface PolicyEdit {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Each lets something through that was refused. */
export const WIDENING: readonly PolicyEdit[] = [
  { name: 'a default is flipped', file: 'data-sandbox.json', from: '"default_action": "deny"', to: '"default_action": "allow"' },
  {
    name: 'a `not` is dropped',
    file: 'sandbox.rego',
    from: '_canonical(permission) != ""\n\tnot _canonical(permission) in _denied_permissions',
    to: '_canonical(permission) != ""',
  },
  {
    name: '> for >= at a threshold',
    file: 'guardrail.rego',
    from: 'levels.rank >= data.guardrail.block_threshold',
    to: 'levels.rank > data.guardrail.block_threshold',
  },
  {
    name: 'letter case counts',
    file: 'admission.rego',
    from: 'lower(trim_space(entry.target_type)) == lower(trim_space(request.target_type))',
    to: 'entry.target_type == request.target_type',
  },
  { name: 'a conjunct is missing', file: 'firewall.rego', from: 'request.port in data.firewall.allowed_ports', to: 'request.port' },
  { name: 'a wildcard', file: 'data-sandbox.json', from: '"api.github.com",', to: '"*.github.com",' },
  {
    name: 'names are not compared',
    file: 'admission.rego',
    from: 'entry.target_name == request.target_name\n\tis_string(entry.target_type)',
    to: 'is_string(entry.target_type)',
  },
  {
    name: 'a failed scan counts as none',
    file: 'admission.rego',
    from: '_has_failed(scan) if _exit_part(scan) != ""\n',
    to: '_has_failed(scan) if _exit_part(scan) == "never"\n',
  },
  {
    name: 'what nobody knows is let through',
    file: 'skill_actions.rego',
    from: '_unknown(_) := {"file": "quarantine", "install": "block", "runtime": "block"}',
    to: '_unknown(_) := {"file": "none", "install": "none", "runtime": "allow"}',
  },
  {
    name: '< for <= at the end of a period',
    file: 'audit.rego',
    from: '_age(input) <= data.audit.retention_days',
    to: '_age(input) < data.audit.retention_days',
  },
  { name: 'a literal comparison', file: 'sandbox.rego', from: 'firewall.covers(entry, host)', to: 'entry == host' },
  { name: 'off by one', file: 'admission.rego', from: 'scan.total_findings == 0', to: 'scan.total_findings <= 1' },
  {
    name: 'an override that never matches',
    file: 'skill_actions.rego',
    from: 'data.scanner_overrides[lower(type)][severity]',
    to: 'data.scanner_overrides[type][severity]',
  },
  { name: 'a threshold nobody reaches', file: 'data.json', from: '"block_threshold": 4', to: '"block_threshold": 5' },
  {
    name: 'where it comes from is not asked',
    file: 'admission.rego',
    from: '_names_target(entry, request)\n\t_has_provenance(object.get(entry, "source_path_contains", []), request)',
    to: '_names_target(entry, request)',
  },
];

/** Each refuses more, or means the same. */
export const HARMLESS: readonly PolicyEdit[] = [
  {
    name: 'another name for a variable',
    file: 'firewall.rego',
    from: 'every octet in octets {\n\t\t_is_octet(octet)',
    to: 'every part in octets {\n\t\t_is_octet(part)',
  },
  { name: 'a comment', file: 'audit.rego', from: 'retain := _outcome[0]', to: '# Kept or not.\nretain := _outcome[0]' },
  {
    name: 'operands change places',
    file: 'admission.rego',
    from: 'entry.target_name == request.target_name',
    to: 'request.target_name == entry.target_name',
  },
  { name: 'a domain less', file: 'data-sandbox.json', from: '"api.openai.com",', to: '' },
  { name: 'a lower threshold', file: 'data.json', from: '"block_threshold": 4', to: '"block_threshold": 3' },
  { name: 'a longer period', file: 'data.json', from: '"retention_days": 90', to: '"retention_days": 365' },
  {
    name: 'the same in other words',
    file: 'firewall.rego',
    from: 'count(data.firewall.allowed_ports) == 0',
    to: 'data.firewall.allowed_ports == []',
  },
  { name: 'one more permission is denied', file: 'data-sandbox.json', from: '"privileged"]', to: '"privileged", "read_secrets"]' },
  {
    name: 'one more destination is blocked',
    file: 'data-sandbox.json',
    from: '"fd00:ec2::254"]',
    to: '"fd00:ec2::254", "api.github.com"]',
  },
  {
    name: 'a bound of whole numbers',
    file: 'firewall.rego',
    from: '_fits(2, groups) if groups <= 7',
    to: '_fits(2, groups) if groups < 8',
  },
  {
    name: 'a severity blocks',
    file: 'data.json',
    from: '"MEDIUM": {\n      "runtime": "allow"',
    to: '"MEDIUM": {\n      "runtime": "block"',
  },
  { name: 'no allowance without a scan', file: 'data.json', from: '"allow_list_bypass_scan": true', to: '"allow_list_bypass_scan": false' },
  {
    name: 'conjuncts change places',
    file: 'admission.rego',
    from: 'scan.total_findings >= 0\n\tfloor(scan.total_findings) == scan.total_findings',
    to: 'floor(scan.total_findings) == scan.total_findings\n\tscan.total_findings >= 0',
  },
  {
    name: 'a conjunct more',
    file: 'firewall.rego',
    from: 'request.port in data.firewall.allowed_ports',
    to: 'request.port in data.firewall.allowed_ports\n\trequest.protocol != "udp"',
  },
  {
    name: 'a word for blocking',
    file: 'skill_actions.rego',
    from: '_action.runtime == "allow"',
    to: '_action.runtime == "allow"\n\t_action.file == "none"',
  },
];
