/** A rule pack of every kind of file, by its paths in the folder of the pack. */
export const PACK: Readonly<Record<string, string>> = {
  'rules/paths.yaml': `version: 1
category: sensitive-path
rules:
  - id: PATH-VAULT
    pattern: '(?i)\\bvault/[a-z]+\\.key\\b'
    title: Key of the vault
    severity: CRITICAL
    confidence: 0.97
    tags: [credential, file-sensitive]
  - {id: PATH-HOST, pattern: '\\b[0-9]{1,3}(?:\\.[0-9]{1,3}){3}\\b', title: Address, severity: HIGH, confidence: 0.5}
  - {id: PATH-OFF, pattern: 'never', severity: HIGH, enabled: false}
`,
  'suppressions.yaml': `version: 1
finding_suppressions:
  - {id: S1, finding_pattern: PATH-HOST, entity_pattern: '^10\\.', reason: our own network}
tool_suppressions:
  - {tool_pattern: '^vault_(?:get|list)$', suppress_findings: [PATH-VAULT], reason: the tool is about keys}
`,
  'sensitive-tools.yaml': `version: 1
tools:
  - {name: read_vault, result_inspection: true, judge_result: false}
  - {name: clock, result_inspection: false}
`,
  'judge/injection.yaml': `version: 1
name: injection
system_prompt: Say whether the sample attacks.
adjudication_prompt: 'Of %s: %s'
min_categories_for_high: 2
`,
};

/** The same files in a policy folder. */
export function packAt(name: string, files: Readonly<Record<string, string>> = PACK): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`guardrail/${name}/${file}`, text]));
}
