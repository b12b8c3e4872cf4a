import { describe, expect, it } from 'vitest';
import { checkPack, readPack } from '../../../src/judge/pack/read-pack.js';
import type { Diagnostic } from '../../../src/policy/diagnostic.js';
import { PACK } from '../../helpers/rule-packs.js';

const fileOf = (name: string, text: string): { path: string; bytes: Uint8Array } => ({
  path: `guardrail/default/${name}`,
  bytes: Buffer.from(text),
});

function found(name: string, text: string): readonly Diagnostic[] {
  return checkPack([fileOf(name, text)]).diagnostics;
}

describe('a rule pack', () => {
  it('is read whole', () => {
    const files = Object.entries(PACK).filter(([name]) => !name.startsWith('judge/'));
    const { pack, warnings } = readPack(files.map(([name, text]) => fileOf(name, text)));
    expect(warnings).toEqual([]);
    expect(pack.rules.map(({ id, category, severity }) => [id, category, severity])).toEqual([
      ['PATH-VAULT', 'sensitive-path', 'CRITICAL'],
      ['PATH-HOST', 'sensitive-path', 'HIGH'],
    ]);
    expect(pack.suppressions.findings).toHaveLength(1);
    expect(pack.suppressions.tools).toHaveLength(1);
    expect([...pack.tools]).toEqual([
      ['read_vault', { inspected: true, judged: false }],
      ['clock', { inspected: false, judged: true }],
    ]);
  });

  it('says what the judge is not shown, and how much personal data is worth no alert', () => {
    const { pack, warnings } = readPack([
      fileOf('suppressions.yaml', 'pre_judge_strips:\n  - {id: HEAD, pattern: "^X-.*$", reason: ours}\n  - {pattern: "id=[0-9]+"}\n'),
      fileOf('sensitive-tools.yaml', 'tools: [{name: staff, min_entities_for_alert: 3}]\n'),
    ]);
    expect(warnings).toEqual([]);
    expect(pack.suppressions.strips).toEqual(['^X-.*$', 'id=[0-9]+']);
    expect(pack.tools.get('staff')).toEqual({ inspected: true, judged: true, minEntities: 3 });
  });

  it('is nothing without files', () => {
    expect(readPack([]).pack).toEqual({ rules: [], suppressions: { findings: [], tools: [] }, tools: new Map() });
  });

  it.each([
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: "(", severity: HIGH}\n', 2, 'RE2 syntax'],
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: "(?=x)", severity: HIGH}\n', 2, 'RE2 syntax'],
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: "(?:a{1000}){1000}", severity: HIGH}\n', 2, 'RE2 syntax'],
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: x, severity: BAD}\n', 2, 'severity'],
    ['rules/a.yaml', 'rules:\n  - id: A\n    severity: HIGH\n', 2, 'pattern'],
    ['rules/a.yaml', `rules:\n  - {id: A, pattern: ${'x'.repeat(4097)}, severity: HIGH}\n`, 2, 'pattern'],
    ['rules/a.yaml', 'version: 2\nrules: []\n', 1, 'version 1'],
    ['rules/a.yaml', 'rules: [\n', 2, ''],
    ['rules/a.yaml', `rules:\n${'  - {id: A, pattern: x, severity: LOW}\n'.repeat(1001)}`, 1, 'rules'],
    ['rules/a.yaml', `# ${'x'.repeat(256 * 1024)}\n`, 1, 'bytes'],
    ['suppressions.yaml', 'finding_suppressions:\n  - {finding_pattern: A, entity_pattern: "["}\n', 2, 'RE2 syntax'],
    ['suppressions.yaml', 'tool_suppressions:\n  - {tool_pattern: "[", suppress_findings: [A]}\n', 2, 'RE2 syntax'],
    ['suppressions.yaml', 'finding_suppressions:\n  - {finding_pattern: A, entity_pattern: x, condition: is_moon}\n', 2, 'condition'],
    ['sensitive-tools.yaml', 'tools:\n  - {result_inspection: true}\n', 2, 'name'],
    ['sensitive-tools.yaml', 'tools:\n  - {name: a, min_entities_for_alert: 1.5}\n', 2, 'min_entities_for_alert'],
    ['sensitive-tools.yaml', 'tools:\n  - {name: a, min_entities_for_alert: 10001}\n', 2, 'min_entities_for_alert'],
    ['suppressions.yaml', 'pre_judge_strips:\n  - {pattern: "("}\n', 2, 'RE2 syntax'],
    ['rules/a.yaml', 'rules: []\n---\nrules:\n  - {id: A, pattern: x, severity: HIGH}\n', 2, 'Expected one document'],
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: , severity: HIGH}\n', 2, 'pattern'],
    ['rules/a.yaml', 'rules:\n  -\n', 2, 'rules.0'],
    ['suppressions.yaml', 'pre_judge_strips:\n  - {id: A}\n', 2, 'pattern'],
    ['suppressions.yaml', `pre_judge_strips:\n${'  - {pattern: x}\n'.repeat(65)}`, 1, 'pre_judge_strips'],
  ])('is refused by the place in %s that cannot be obeyed: %j', (name, text, row, message) => {
    const [first] = found(name, text);
    expect(first).toMatchObject({ severity: 'error', code: 'policy_rulepack_invalid', file: `guardrail/default/${name}`, row });
    expect(first?.message).toContain(message);
    expect(() => readPack([fileOf(name, text)])).toThrow(`guardrail/default/${name}:${row}`);
  });

  it.each([
    ['rules/local-patterns.yaml', 'version: 1\ninjection: [jailbreak]\n', 'holds no rules, and is not used here'],
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: x, severity: LOW, semantic: {all: []}}\n', 'semantic is not used here'],
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: x, severity: LOW, titel: X}\n', 'titel is not used here; did you mean title?'],
    ['rules/a.yaml', 'rules:\n  - {id: A, pattern: x, severity: LOW}\n  - {id: A, pattern: y, severity: LOW}\n', 'id of another rule'],
    ['suppressions.yaml', 'pre_judge_strips: [{id: S, pattern: x, applies_to: [pii]}]\n', 'applies_to is not used here'],
    ['sensitive-tools.yaml', 'tools: [{name: a, min_entities: 3}]\n', 'min_entities is not used here'],
  ])('says of what %s holds and nobody uses that it is so: %j', (name, text, message) => {
    const { warnings } = readPack([fileOf(name, text)]);
    expect(warnings).toEqual([expect.objectContaining({ severity: 'warning' })]);
    expect(warnings[0]?.message).toContain(message);
  });

  it('takes a key with nothing behind it for one that is not there', () => {
    const { pack, warnings } = readPack([
      fileOf('rules/a.yaml', 'category:\nrules:\n  - {id: A, pattern: x, severity: HIGH, title: , tags: }\n'),
      fileOf('suppressions.yaml', 'finding_suppressions:\n  # none yet\ntool_suppressions:\npre_judge_strips: ~\n'),
      fileOf('sensitive-tools.yaml', 'tools:\n'),
    ]);
    expect(warnings).toEqual([]);
    expect(pack.rules).toEqual([{ id: 'A', severity: 'HIGH', pattern: 'x', category: 'a' }]);
    expect(pack).toMatchObject({ suppressions: { findings: [], tools: [] }, tools: new Map() });
  });

  it('tells all that is wrong with a file that is refused', () => {
    const told = found('rules/a.yaml', 'rules:\n  - {id: A, pattern: "(", severity: HGH}\n  - {id: B, patern: x, severity: LOW}\n');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining('rules.0.severity'),
      expect.stringContaining('rules.1.pattern'),
      expect.stringContaining('Expected a regular expression'),
      'patern is not used here; did you mean pattern?',
    ]);
    const tools = found('sensitive-tools.yaml', 'tools: [{nmae: a}]\n').map(({ message }) => message);
    expect(tools).toEqual([expect.stringContaining('tools.0.name'), 'nmae is not used here; did you mean name?']);
  });

  it('tells errors before warnings, and of a key once a file', () => {
    const rules = Array.from({ length: 500 }, (_, index) => `  - {id: A${index}, pattern: x, severity: LOW, odd: 1}\n`).join('');
    const told = found('rules/a.yaml', `rules:\n${rules}  - {id: B, pattern: "(", severity: LOW}\n`);
    expect(told.map(({ severity }) => severity)).toEqual(['error', 'warning']);
  });
});
