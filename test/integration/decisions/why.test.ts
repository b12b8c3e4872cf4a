import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDecisions } from '../../../src/decisions/reader.js';
import { startTestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const scan = (severity: string): unknown => ({ total_findings: 1, max_severity: severity });

const REFUSED: readonly (readonly [route: string, body: Readonly<Record<string, unknown>>, told: Readonly<Record<string, unknown>>])[] = [
  [
    'firewall',
    { destination: '169.254.169.254', port: 443 },
    { action: 'deny', rule_name: 'block-explicit', reason: /^destination is blocked/, do_instead: /^Do not connect/ },
  ],
  [
    'firewall',
    { destination: 'evil.example', port: 443 },
    { rule_name: 'default-policy', reason: /not allowed/, do_instead: /allowed_domains/ },
  ],
  ['firewall', { destination: 'github.com', port: 80 }, { rule_name: 'port-restricted', reason: /^port is not/, do_instead: /443/ }],
  ['audit', { event_type: 'x', severity: 'LOW', age_days: 1000 }, { retain: false, reason: /not kept/, do_instead: /Export it/ }],
  ['skill-actions', { severity: 'CRITICAL' }, { runtime_action: 'block', reason: /not let through/, do_instead: /^Do not run/ }],
  ['skill-actions', { severity: 'NOVEL' }, { runtime_action: 'block', reason: /unknown/, do_instead: /Scan again/ }],
  [
    'sandbox',
    { skill_name: 's', requested_endpoints: ['metadata.google.internal'] },
    { denied_from_request: ['metadata.google.internal'], reason: /not granted/, do_instead: /allowed_endpoints/ },
  ],
  [
    'guardrail',
    { direction: 'prompt', mode: 'action', local_result: { severity: 'CRITICAL', reason: 'a key' } },
    { action: 'block', reason: 'a key', do_instead: /Leave out/ },
  ],
];

const patterns = (told: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(told).map(([name, value]) => [name, value instanceof RegExp ? expect.stringMatching(value) : value]));

describe('the shipped policies', () => {
  test('say of what they refuse why, and what to do instead', async () => {
    const { call } = await startTestGateway(await shippedPolicies());
    for (const [route, body, told] of REFUSED) {
      const answer = await call('POST', `/policy/evaluate/${route}`, { evaluation_id: 'e', model: 'm', scanner_mode: 'local', ...body });
      expect(answer.json(), `${route} ${JSON.stringify(body)}`).toMatchObject(patterns(told) as object);
    }
    const admission = async (input: unknown): Promise<unknown> => (await call('POST', '/policy/evaluate', input)).json()['data'];
    const target = { target_type: 'skill', target_name: 'web-search' };
    expect(await admission({ input: { ...target, scan_result: scan('HIGH') } })).toMatchObject({
      ...{ verdict: 'rejected', reason: 'max severity HIGH triggers block per policy' },
      do_instead: expect.stringContaining('Take another item') as string,
    });
    // A block comes before what the scan says, although that was looked at first.
    await call('POST', '/enforce/block', target);
    expect(await admission({ input: { ...target, scan_result: scan('HIGH') } })).toMatchObject({
      verdict: 'blocked',
      do_instead: expect.stringContaining('another name') as string,
    });
  });

  test('say nothing more of what they let through', async () => {
    const { call } = await startTestGateway(await shippedPolicies());
    const allowed = await call('POST', '/policy/evaluate/firewall', { destination: 'github.com', port: 443 });
    expect(allowed.text.trim()).toBe('{"action":"allow","rule_name":"domain-allowlist"}');
  });
});

const LABELLED = `package app

# METADATA
# labels:
#   severity: high
#   team: größe
allow if input.role == "admin"

# METADATA
# labels:
#   severity: low
reasons contains "x" if allow

plain := 1
`;

test('labels of the rules that held are answered to who asks for them, and are in every record', async () => {
  const { call, dataDir } = await startTestGateway(await tempDir({ 'app.rego': LABELLED }));
  const reader = openDecisions(path.join(dataDir, 'decisions'));
  const [high, low] = [{ severity: 'high', team: 'größe' }, { severity: 'low' }];
  const admin = { input: { role: 'admin' } };

  const asked = await call('POST', '/v1/data/app/allow?rule_labels=true', admin);
  expect(asked.text.trim()).toBe('{"result":true,"rule_labels":[{"severity":"high","team":"größe"}]}');
  expect((await call('POST', '/v1/data/app/reasons?rule_labels&pretty', admin)).json()).toEqual({
    result: ['x'],
    rule_labels: [high, low],
  });
  expect((await call('GET', '/v1/data/app/reasons?rule_labels&input={"role":"admin"}')).json()['rule_labels']).toEqual([high, low]);
  expect((await call('POST', '/v1/data/app/plain?rule_labels=true', admin)).json()).toEqual({ result: 1 });
  expect((await call('POST', '/v1/data/app/allow?rule_labels=true', { input: {} })).json()).toEqual({});
  const plain = await call('POST', '/v1/data/app/allow', admin);
  expect(plain.json()).toEqual({ result: true });
  const batch = await call('POST', '/v1/batch/data/app/allow?rule_labels=true', { inputs: { a: { role: 'admin' }, b: {} } });
  expect(batch.json()['responses']).toEqual({
    a: { decision_id: expect.any(String) as string, result: true, rule_labels: [high] },
    b: { decision_id: expect.any(String) as string },
  });

  for (const [answer, labels] of [
    [asked, [high]],
    [plain, [high]],
    [await call('POST', '/v1/data/app/reasons', admin), [high, low]],
    [await call('POST', '/v1/data/app/plain', admin), undefined],
  ] as const) {
    const { record } = await waitFor('the record', () => reader.find(answer.headers.get('x-decision-id') ?? ''));
    expect(record.rule_labels).toEqual(labels);
  }
});
