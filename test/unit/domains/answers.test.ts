import { describe, expect, it } from 'vitest';
import type { Domain, DomainName } from '../../../src/domains/domain.js';
import { goJson } from '../../../src/domains/go-json.js';
import { DOMAINS } from '../../../src/domains/registry.js';
import { GatewayError } from '../../../src/errors.js';

const domainOf = (name: DomainName): Domain<unknown> => DOMAINS[name];

const guardrail = { action: 'alert', severity: 'HIGH', reason: 'r', scanner_sources: ['local-pattern', 'opa-policy'] };
const verdict = { verdict: 'clean', reason: 'scan clean', file_action: 'none', install_action: 'none', runtime_action: 'allow' };

const ANSWERS: readonly (readonly [DomainName, Record<string, unknown>, number, string, string])[] = [
  [
    'admission',
    { ...verdict, _outcome: {} },
    200,
    '{"data":{"verdict":"clean","reason":"scan clean","file_action":"none","install_action":"none","runtime_action":"allow"},"ok":true}',
    'clean',
  ],
  [
    'admission',
    { verdict: 'Rejected', reason: 7 },
    200,
    '{"data":{"verdict":"Rejected","reason":"7","file_action":"","install_action":"","runtime_action":""},"ok":true}',
    'rejected',
  ],
  [
    'admission',
    { ...verdict, verdict: 'novel' },
    200,
    '{"data":{"verdict":"novel","reason":"scan clean","file_action":"none","install_action":"none","runtime_action":"allow"},"ok":true}',
    'other',
  ],
  ['firewall', { rule_name: 'default-policy', action: 'deny' }, 200, '{"action":"deny","rule_name":"default-policy"}', 'deny'],
  ['firewall', { action: 'allow' }, 200, '{"action":"allow","rule_name":""}', 'allow'],
  [
    'audit',
    { retain: true, retain_reason: 'within', export_to: [] },
    200,
    '{"retain":true,"retain_reason":"within","export_to":[]}',
    'retain',
  ],
  ['audit', { retain: false, export_to: ['a', 7, 'b'] }, 200, '{"retain":false,"retain_reason":"","export_to":["a","b"]}', 'expire'],
  ['audit', { retain: false }, 200, '{"retain":false,"retain_reason":"","export_to":null}', 'expire'],
  [
    'skill-actions',
    { runtime_action: 'allow', file_action: 'none', install_action: 'none' },
    200,
    '{"runtime_action":"allow","file_action":"none","install_action":"none","should_block":false}',
    'allow',
  ],
  [
    'skill-actions',
    { runtime_action: 'allow', file_action: 'none', install_action: 'none', should_block: true, should_quarantine: true },
    200,
    '{"runtime_action":"allow","file_action":"none","install_action":"none","should_block":true}',
    'block',
  ],
  [
    'sandbox',
    { allowed_endpoints: ['a'], denied_endpoints: ['b'], denied_from_request: [], permissions: [], allowed_skills: ['s'], version: '1' },
    200,
    '{"allowed_endpoints":["a"],"denied_endpoints":["b"],"denied_from_request":[],"permissions":[],"allowed_skills":["s"]}',
    'granted',
  ],
  [
    'sandbox',
    { denied_from_request: ['b'] },
    200,
    '{"allowed_endpoints":null,"denied_endpoints":null,"denied_from_request":["b"],"permissions":null,"allowed_skills":null}',
    'restricted',
  ],
  [
    'guardrail',
    guardrail,
    200,
    '{"action":"alert","severity":"HIGH","reason":"r","scanner_sources":["local-pattern","opa-policy"]}',
    'alert',
  ],
  [
    'guardrail',
    { action: 'allow', severity: 'NONE' },
    200,
    '{"action":"allow","severity":"NONE","reason":"","scanner_sources":null}',
    'allow',
  ],
  ['guardrail', { ...guardrail, action: 'ALLOW' }, 503, '{"error":"guardrail output is invalid"}', 'error'],
  ['guardrail', { ...guardrail, severity: 'SEVERE' }, 503, '{"error":"guardrail output is invalid"}', 'error'],
  ['guardrail', { ...guardrail, scanner_sources: ['a b'] }, 503, '{"error":"guardrail output is invalid"}', 'error'],
  ['guardrail', { ...guardrail, scanner_sources: Array.from('123456789') }, 503, '{"error":"guardrail output is invalid"}', 'error'],
];

describe('answers', () => {
  it.each(ANSWERS)('%s answers %j', (name, document, status, text, label) => {
    const answer = domainOf(name).toAnswer(JSON.stringify(document));
    expect(answer.status).toBe(status);
    expect(goJson(answer.body)).toBe(text);
    expect(domainOf(name).verdictLabel(answer)).toBe(label);
  });

  const nothing = [undefined, '{}', '[]', '"x"', 'null', '7', 'true'];
  it.each(Object.keys(DOMAINS) as DomainName[])('%s takes no decision from a policy that decides nothing', (name) => {
    for (const result of nothing) {
      expect(() => domainOf(name).toAnswer(result)).toThrow(expect.objectContaining({ code: 'decision_invalid' }));
    }
  });

  it('a decision that is missing carries a code', () => {
    expect(() => DOMAINS.firewall.toAnswer('{"rule_name":"x"}')).toThrow(GatewayError);
    expect(() => DOMAINS.audit.toAnswer('{"retain":"yes"}')).toThrow(GatewayError);
  });
});

const noRevision = { code: 'evaluation_no_revision', message: 'no policy is loaded' };
const timeout = { code: 'evaluation_timeout', message: 'deadline of 1000 ms passed' };
const overloaded = { code: 'evaluation_overloaded', message: 'queue is full' };
const stranger = { code: 'unheard_of', message: 'boom' };

const REJECTED =
  '{"data":{"verdict":"rejected","reason":"policy evaluation failed — denied by default","file_action":"quarantine","install_action":"block","runtime_action":"block"},"ok":true}';

const CLOSED: readonly (readonly [DomainName, { code: string; message: string }, unknown, number, string])[] = [
  ['admission', noRevision, {}, 200, REJECTED],
  ['admission', timeout, {}, 200, REJECTED],
  ['firewall', noRevision, {}, 503, '{"error":"no policy is loaded"}'],
  ['firewall', timeout, {}, 500, '{"error":"policy: firewall eval: deadline of 1000 ms passed"}'],
  ['firewall', overloaded, {}, 503, '{"error":"policy: firewall eval: queue is full"}'],
  ['firewall', stranger, {}, 500, '{"error":"policy: firewall eval: boom"}'],
  ['audit', timeout, {}, 500, '{"error":"policy: audit eval: deadline of 1000 ms passed"}'],
  ['skill-actions', timeout, {}, 500, '{"error":"policy: skill_actions eval: deadline of 1000 ms passed"}'],
  ['sandbox', timeout, {}, 500, '{"error":"policy: sandbox eval: deadline of 1000 ms passed"}'],
  [
    'guardrail',
    noRevision,
    { mode: 'action' },
    200,
    '{"action":"block","severity":"HIGH","reason":"guardrail failing closed: policy engine load failed: no policy is loaded","scanner_sources":["policy-outage"]}',
  ],
  [
    'guardrail',
    timeout,
    { mode: 'observe' },
    200,
    '{"action":"alert","severity":"HIGH","reason":"guardrail failing closed: policy evaluation failed: deadline of 1000 ms passed","scanner_sources":["policy-outage"]}',
  ],
];

describe('closed forms', () => {
  it.each(CLOSED)('%s says so for %j', (name, reason, input, status, text) => {
    const answer = domainOf(name).closedForm(reason, input);
    expect([answer.status, goJson(answer.body)]).toEqual([status, text]);
  });

  it.each(Object.entries(DOMAINS))('%s stands in the registry under its own name', (name, domain) => {
    expect(domain.name).toBe(name);
    expect(domain.entrypoint).toBe(`defenseclaw/${domain.packageName}`);
    expect(domain.packageName).toBe(name.replace('-', '_'));
  });
});
