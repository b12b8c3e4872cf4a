import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isHostEntry } from '../../../src/domains/data-entries.js';
import { checkDomainData } from '../../../src/domains/data-schema.js';
import { placed } from '../../../src/policy/diagnostic.js';

const folder = new URL('../../../policies/rego/', import.meta.url);
const PACKAGES = ['admission', 'guardrail', 'firewall', 'sandbox', 'audit', 'skill_actions'].map((name) => `defenseclaw.${name}`);

type Json = Record<string, unknown>;

function file(name: string): Json {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Json;
}

function shipped(): Json {
  return { ...file('data.json'), ...file('data-sandbox.json') };
}

/** The shipped data with the value at a dotted path replaced, or removed when it is undefined. */
function patched(path: string, value: unknown): Json {
  const data = shipped();
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const parent = steps.reduce<Json>((at, step) => at[step] as Json, data);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return data;
}

function messages(data: unknown, packages: readonly string[] = PACKAGES): string[] {
  return checkDomainData(data, packages).map((found) =>
    found.severity === 'error' ? placed(found) : `${found.severity}: ${placed(found)}`,
  );
}

describe('checkDomainData', () => {
  it('finds nothing in the shipped data', () => {
    expect(messages(shipped())).toEqual([]);
  });

  it('does not look at data of packages that are not there', () => {
    expect(messages({}, [])).toEqual([]);
    expect(messages(null, ['example.rbac', 'defenseclaw'])).toEqual([]);
    expect(messages({ guardrail: 7 }, ['defenseclaw.firewall', 'defenseclaw.sandbox'])).toHaveLength(2);
  });

  it('an empty document disarms four domains', () => {
    expect(messages({})).toEqual([
      'data.config: expected an object, got nothing',
      'data.actions: expected an object, got nothing',
      'data.severity_ranking: expected an object, got nothing',
      'data.audit: expected an object, got nothing',
      'data.guardrail: expected an object, got nothing',
      'warning: data.firewall: missing: every destination is denied',
      'warning: data.sandbox: missing: nothing that a skill requests is granted',
    ]);
  });

  it.each([
    [null, 'null'],
    [[], 'an array'],
    ['x', '"x"'],
    [7, '7'],
  ])('refuses %j as document', (data, got) => {
    expect(messages(data)).toEqual([`data: expected an object, got ${got}`]);
  });

  it('a diagnostic has the code and the path apart from the message', () => {
    expect(checkDomainData(patched('actions.CRITICAL.runtime', 'blok'), PACKAGES)).toEqual([
      {
        severity: 'error',
        code: 'data_schema',
        path: 'data.actions.CRITICAL.runtime',
        message: 'expected "block" or "allow", got "blok" - did you mean "block"?',
      },
    ]);
  });

  it('names the place of the value in its file, of a missing one that of what is around it, and of what is nowhere the data file', () => {
    const text = ['{', ' "actions": {"CRITICAL": 5},', ' "severity_ranking": {"LOW": "x"}', '}'].join('\n');
    const files = {
      data: [{ path: 'data.json', bytes: Buffer.from(text) }],
      overlays: [{ path: 'data-sandbox.json', bytes: Buffer.from('{"severity_ranking": {"LOW": true}}') }],
    };
    const data = { actions: { CRITICAL: 5 }, severity_ranking: { LOW: true } };
    const found = checkDomainData(data, ['defenseclaw.skill_actions', 'defenseclaw.audit'], files);
    expect(found.find(({ path }) => path === 'data.actions.CRITICAL')).toEqual({
      ...{ severity: 'error', code: 'data_schema', path: 'data.actions.CRITICAL', file: 'data.json', row: 2, col: 26 },
      ...{ message: 'data.actions.CRITICAL: expected an object, got 5', line: ' "actions": {"CRITICAL": 5},' },
    });
    expect(found.map(placed)).toEqual(
      expect.arrayContaining([
        'data.json:2:13: data.actions.HIGH: expected an object, got nothing',
        'data-sandbox.json:1:30: data.severity_ranking.LOW: expected a number, got true',
        'data.json:1:1: data.audit: expected an object, got nothing',
      ]),
    );
  });

  it('looks for no place in large files', () => {
    const files = { data: [{ path: 'data.json', bytes: Buffer.alloc(1024 * 1024 + 1, ' ') }], overlays: [] };
    expect(checkDomainData({}, ['defenseclaw.audit'], files)[0]).not.toHaveProperty('file');
  });

  const FINDINGS: readonly (readonly [string, unknown, string])[] = [
    ['actions', undefined, 'data.actions: expected an object, got nothing'],
    ['actions.HIGH', undefined, 'data.actions.HIGH: expected an object, got nothing'],
    ['actions.HIGH', 'block', 'data.actions.HIGH: expected an object, got "block"'],
    ['actions.HIGH.file', 'delete', 'data.actions.HIGH.file: expected "quarantine" or "none", got "delete"'],
    [
      'actions.HIGH.install',
      'Block',
      'data.actions.HIGH.install: expected "block" or "allow" or "none", got "Block" - did you mean "block"?',
    ],
    ['actions.critcal', {}, 'data.actions.critcal: unknown severity - did you mean "CRITICAL"?'],
    ['actions.SEVERE', {}, 'data.actions.SEVERE: unknown severity'],
    ['scanner_overrides.mcp.LOW.runtime', 7, 'data.scanner_overrides.mcp.LOW.runtime: expected "block" or "allow", got 7'],
    ['scanner_overrides.mcp.low', {}, 'data.scanner_overrides.mcp.low: unknown severity - did you mean "LOW"?'],
    ['scanner_overrides.MCP', {}, 'data.scanner_overrides.MCP: expected a target type in lower case as name'],
    ['scanner_overrides', [], 'data.scanner_overrides: expected an object, got an array'],
    [
      'first_party_allow_list.0.target_name',
      ' ',
      'data.first_party_allow_list[0].target_name: expected a string that is not blank, got " "',
    ],
    [
      'first_party_allow_list.1.source_path_contains',
      'x',
      'data.first_party_allow_list[1].source_path_contains: expected an array, got "x"',
    ],
    ['config', undefined, 'data.config: expected an object, got nothing'],
    ['config.scan_on_install', 'false', 'data.config.scan_on_install: expected true or false, got "false"'],
    ['severity_ranking.HIGH', 5, 'data.severity_ranking.CRITICAL: expected a rank above that of HIGH (5), got 5'],
    ['severity_ranking.LOW', undefined, 'data.severity_ranking.LOW: expected a number, got nothing'],
    ['severity_ranking.LOW', 2.5, 'data.severity_ranking.LOW: expected a whole number, got 2.5'],
    ['audit.retention_days', -1, 'data.audit.retention_days: expected at least 0, got -1'],
    ['audit.retention_days', '90', 'data.audit.retention_days: expected a number, got "90"'],
    ['audit.log_scan_results', 1, 'data.audit.log_scan_results: expected true or false, got 1'],
    ['guardrail', undefined, 'data.guardrail: expected an object, got nothing'],
    ['guardrail.severity_rank', undefined, 'data.guardrail.severity_rank: expected an object, got nothing'],
    ['guardrail.severity_rank.NONE', 1, 'data.guardrail.severity_rank.NONE: expected 0, got 1'],
    ['guardrail.severity_rank.MEDIUM', 3, 'data.guardrail.severity_rank.HIGH: expected a rank above that of MEDIUM (3), got 3'],
    ['guardrail.block_threshold', 5, 'data.guardrail.block_threshold: expected at most the rank of CRITICAL (4), got 5'],
    ['guardrail.block_threshold', 'HIGH', 'data.guardrail.block_threshold: expected a number, got "HIGH"'],
    ['guardrail.block_threshold', 1, 'data.guardrail.alert_threshold: expected at most block_threshold (1), got 2'],
    ['guardrail.alert_threshold', 0, 'data.guardrail.alert_threshold: expected at least 1, got 0'],
    [
      'guardrail.cisco_trust_level',
      'fulll',
      'data.guardrail.cisco_trust_level: expected "full" or "advisory" or "none", got "fulll" - did you mean "full"?',
    ],
    ['guardrail.hilt.enabled', 'yes', 'data.guardrail.hilt.enabled: expected true or false, got "yes"'],
    [
      'guardrail.hilt.min_severity',
      'SEVERE',
      'data.guardrail.hilt.min_severity: expected one of CRITICAL, HIGH, MEDIUM, LOW, INFO, NONE, got "SEVERE"',
    ],
    ['guardrail.patterns.pii', 'x', 'data.guardrail.patterns.pii: expected an array, got "x"'],
    ['guardrail.patterns.pii', [''], 'data.guardrail.patterns.pii[0]: expected a pattern of 1 to 4096 characters, got ""'],
    [
      'guardrail.severity_mappings.pii',
      undefined,
      'data.guardrail.severity_mappings.pii: expected a severity for each category of patterns, got nothing',
    ],
    ['firewall', undefined, 'warning: data.firewall: missing: every destination is denied'],
    ['firewall', [], 'data.firewall: expected an object, got an array'],
    ['firewall.default_action', 'alow', 'data.firewall.default_action: expected "deny" or "allow", got "alow" - did you mean "allow"?'],
    [
      'firewall.blocked_destinations',
      ['https://evil.test'],
      'data.firewall.blocked_destinations[0]: expected a bare host, "*.name", an IP address or a CIDR block, got "https://evil.test"',
    ],
    ['firewall.allowed_ports', [443, 70000], 'data.firewall.allowed_ports[1]: expected at most 65535, got 70000'],
    ['firewall.allowed_ports', ['443'], 'data.firewall.allowed_ports[0]: expected a number, got "443"'],
    ['sandbox.denied_permissions', [7], 'data.sandbox.denied_permissions[0]: expected a string, got 7'],
    ['sandbox.update_policy', 'no', 'data.sandbox.update_policy: expected true or false, got "no"'],
  ];

  it.each(FINDINGS)('%s as %j is named', (path, value, message) => {
    expect(messages(patched(path, value))).toEqual([message]);
  });

  it.each(['(?=x)', '(a)\\1', '(', 'a{2000}'])('the pattern %j is refused: it cannot be matched in linear time', (pattern) => {
    const [message, ...others] = messages(patched('guardrail.patterns.pii', [pattern]));
    expect(message).toMatch(/^data\.guardrail\.patterns\.pii\[0\]: expected a regular expression in RE2 syntax \(.+\), got /);
    expect(others).toEqual([]);
  });

  it('names with unusual characters are quoted in the path', () => {
    expect(messages(patched('guardrail.patterns', { 'a b': [7] }))).toContain(
      'data.guardrail.patterns["a b"][0]: expected a string, got 7',
    );
  });

  it('a long list of mistakes is cut', () => {
    expect(
      messages(
        patched(
          'firewall.allowed_domains',
          Array.from({ length: 500 }, () => '/'),
        ),
      ),
    ).toHaveLength(50);
  });

  it('a long value is cut', () => {
    expect(messages(patched('firewall.default_action', 'x'.repeat(5000)))[0]?.length).toBeLessThan(200);
  });
});

describe('entries of the firewall lists', () => {
  const GOOD = [
    'github.com',
    'LOCALHOST',
    '*.example.com',
    'under_score.x',
    '10.0.0.1',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '::1',
    'fd00::/8',
    'bücher.example',
  ];
  const BAD = ['', ' ', 'a b', 'a.', '.a', '*', 'a.*.b', 'http://a', 'a:443', '[::1]', 'fe80::1%eth0', '10.0.0.0/33', 'fd00::/129'];
  const ODD = [
    '10.0.0/8',
    'a/8',
    '10.0.0.0/08',
    '10.0.0.0/',
    '/8',
    '1.2.3',
    '010.1.1.1',
    '2852039166',
    '0xa9fea9fe',
    'a.0x1',
    '::ffff:1.2.3.4',
    '0:0::ffff:a9fe:a9fe',
    '::ffff:0:0/96',
  ];

  it.each(GOOD)('%j is one', (entry) => expect(isHostEntry(entry)).toBe(true));
  it.each([...BAD, ...ODD])('%j is none', (entry) => expect(isHostEntry(entry)).toBe(false));
});
