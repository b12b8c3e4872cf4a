import path from 'node:path';
import { expect, test } from 'vitest';
import { openDecisions } from '../../../src/decisions/reader.js';
import type { DecisionReader } from '../../../src/decisions/reader.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { startTestGateway, TEST_TOKEN } from '../../helpers/gateway.js';
import type { TestAnswer, TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const APP = `package app

default allow := false

allow if input.user == "bob"

n := input.n

conflict := 1 if input.conflict
conflict := 2 if input.conflict
`;

const FIREWALL = 'package defenseclaw.firewall\n\naction := "deny"\n\nrule_name := "all"\n';

const LOG = `package system.log

mask contains "/input/password" if input.input.resource == "user"

mask contains {"op": "upsert", "path": "/input/ssn", "value": "**REDACTED**"} if input.input.ssn

mask contains "wrong" if input.input.wrong_mask

drop if {
	input.path == "app/allow"
	input.input.health_check
}
`;

interface Scene extends TestGateway {
  readonly reader: DecisionReader;
  /** The record that an answer names. */
  readonly recordOf: (answer: TestAnswer) => Promise<DecisionRecord>;
}

async function scene(files: Readonly<Record<string, string>>, settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const gateway = await startTestGateway(await tempDir(files), settings);
  const reader = openDecisions(path.join(gateway.dataDir, 'decisions'));
  return {
    ...gateway,
    reader,
    recordOf: async ({ headers }) => (await waitFor('the record', () => reader.find(headers.get('x-decision-id') ?? ''))).record,
  };
}

test('every route that decides leaves a record, and names it in its answer', async () => {
  const { call, recordOf, reader, gateway } = await scene({ 'app.rego': APP, 'firewall.rego': FIREWALL });
  const revision = gateway.engine.current?.id ?? '';
  const agent = { 'X-DefenseClaw-Agent-Id': 'agent-7', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };

  const data = await call('POST', '/v1/data/app/allow?decision_id', { input: { user: 'bob' } }, agent);
  expect(data.json()['decision_id']).toBe(data.headers.get('x-decision-id'));
  expect(await recordOf(data)).toMatchObject({
    ...{ path: 'app/allow', bundles: { policies: { revision } }, input: { user: 'bob' }, result: true },
    ...{ trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', requested_by: '127.0.0.1' },
    custom: { domain: 'data', verdict: 'true', client: 'test', agent: 'agent-7' },
  });

  const firewall = await call('POST', '/policy/evaluate/firewall', { destination: 'a.example', port: 443 });
  expect(await recordOf(firewall)).toMatchObject({
    ...{ path: 'defenseclaw/firewall', result: { action: 'deny' }, input: { destination: 'a.example' } },
    custom: { domain: 'firewall', verdict: 'deny', strict_builtin_errors: true },
  });
  // The domain has no module here: closed, and recorded as such.
  const sandbox = await call('POST', '/policy/evaluate/sandbox', { skill_name: 'x' });
  expect(await recordOf(sandbox)).toMatchObject({ custom: { verdict: 'error' }, error: { code: expect.any(String) as string } });

  expect(await recordOf(await call('GET', '/v1/data/app/n?input={"n":1e2}'))).toMatchObject({ path: 'app/n', result: 100 });
  expect(await recordOf(await call('POST', '/v0/data/app/allow', { user: 'eve' }))).toMatchObject({ path: 'app/allow', result: false });
  const undefinedDocument = await call('POST', '/v0/data/app/none', {});
  expect(undefinedDocument.status).toBe(404);
  expect(await recordOf(undefinedDocument)).toMatchObject({ path: 'app/none', custom: { verdict: 'undefined' } });
  for (const route of ['/v1/data/app/conflict', '/v1/data/app/conflict?metrics', '/v0/data/app/conflict']) {
    const failed = await call('POST', route, route.startsWith('/v1') ? { input: { conflict: true } } : { conflict: true });
    expect(failed.status).toBe(500);
    expect(await recordOf(failed)).toMatchObject({
      path: 'app/conflict',
      input: { conflict: true },
      error: { code: 'evaluation_conflict' },
    });
  }

  const inspected = await call('POST', '/api/v1/inspect/request', { content: 'What is the weather?' }, agent);
  expect(await recordOf(inspected)).toMatchObject({
    ...{ path: 'defenseclaw/guardrail', bundles: { policies: { revision } } },
    custom: { domain: 'guardrail', verdict: 'error', agent: 'agent-7' },
    error: { code: inspected.headers.get('x-defenseclaw-error') },
  });

  const batch = await call('POST', '/v1/batch/data/app/allow', { inputs: { a: { user: 'bob' }, b: { user: 'eve' } } });
  const records: DecisionRecord[] = [];
  await waitFor('the records of the batch', async () => {
    records.length = 0;
    for await (const { record } of reader.read({ order: 'oldest' })) records.push(record);
    return records.filter(({ batch_decision_id: id }) => id === batch.json()['batch_decision_id']).length === 2;
  });
  const ofBatch = records.filter(({ batch_decision_id: id }) => id !== undefined).map(({ decision_id: id }) => id);
  const { responses } = batch.json() as { responses: Readonly<Record<string, { decision_id: string }>> };
  expect(
    Object.values(responses)
      .map(({ decision_id: id }) => id)
      .sort(),
  ).toEqual(ofBatch.sort());
  expect(batch.headers.get('x-decision-id')).toBeNull();
  const failing = await call('POST', '/v1/batch/data/app/conflict', { inputs: { a: { conflict: true } } });
  const [only] = Object.values((failing.json() as { responses: Readonly<Record<string, { decision_id: string }>> }).responses);
  expect(only?.decision_id).toBe(failing.headers.get('x-decision-id'));
  expect(await recordOf(failing)).toMatchObject({ error: { code: 'evaluation_conflict' }, input: { conflict: true } });

  const target = { target_type: 'tool', target_name: 'shell', reason: 'not here' };
  expect((await call('POST', '/enforce/block', target)).status).toBe(200);
  const listed = await call('POST', '/api/v1/inspect/tool', { tool: 'shell', content: 'secret words' }, agent);
  const record = await recordOf(listed);
  expect(record).toMatchObject({
    ...{ path: 'defenseclaw/guardrail', input: { direction: 'tool_call', tool_name: 'shell' } },
    custom: { domain: 'guardrail', verdict: 'block', agent: 'agent-7' },
  });
  expect(record.bundles).toBeUndefined();
  expect(JSON.stringify(record)).not.toContain('secret words');

  expect(records.find(({ path: of }) => of === 'app/conflict')).toMatchObject({
    custom: { verdict: 'error' },
    error: { code: 'evaluation_conflict' },
  });

  const asked = await call('GET', '/decisions?path=defenseclaw&result=deny&limit=5');
  expect(asked.json()).toMatchObject({ decisions: [{ decision_id: firewall.headers.get('x-decision-id') }] });
  expect((await call('GET', `/decisions/${data.headers.get('x-decision-id') ?? ''}`)).json()).toMatchObject({ path: 'app/allow' });
  expect((await call('GET', '/decisions/01890a5d-ac96-774b-bcce-b302099a8057')).status).toBe(404);
  expect((await call('GET', '/decisions?since=never')).status).toBe(400);

  // What is no decision has none: a malformed request, and what does not decide.
  expect((await call('POST', '/v1/data/app/allow', '{')).headers.get('x-decision-id')).toBeNull();
  expect((await call('GET', '/status')).headers.get('x-decision-id')).toBeNull();
  const metrics = (await call('GET', '/metrics')).text;
  expect(metrics).toContain('defenseclaw_decisions_total{path="defenseclaw/firewall",result="deny"} 1');
  expect(metrics).toMatch(/defenseclaw_decision_records_total\{outcome="written"\} [1-9]/u);
});

test('the policy says what is recorded, the configuration what never is, and the token never is', async () => {
  const files = { 'app.rego': APP, 'log.rego': LOG };
  const { call, recordOf, gateway } = await scene(files, { 'decisions.mask': ['/input/card'] });
  const ask = (input: unknown): Promise<TestAnswer> => call('POST', '/v1/data/app/allow', { input });

  const user = await recordOf(await ask({ resource: 'user', user: 'bob', password: 'p', ssn: '1', card: '2', n: 7 }));
  expect(user.input).toEqual({ resource: 'user', user: 'bob', ssn: '**REDACTED**', n: 7 });
  expect(user).toMatchObject({ erased: ['/input/card', '/input/password'], masked: ['/input/ssn'], result: true });
  expect(await recordOf(await ask({ resource: 'host', password: 'p' }))).not.toHaveProperty('erased');
  const leak = await recordOf(await ask({ header: `Bearer ${TEST_TOKEN}` }));
  expect(JSON.stringify(leak)).not.toContain(TEST_TOKEN);
  expect(leak).toMatchObject({ masked: ['/input'] });
  // Dropped as the policy says, and lost since its masks are wrong: both are answered and named, neither is kept.
  expect((await ask({ health_check: true })).status).toBe(200);
  expect((await ask({ wrong_mask: true })).status).toBe(200);
  const status = await waitFor('the counts', async () => {
    const { decisions } = (await call('GET', '/status')).json() as { decisions: { dropped: number; lost: { mask: number } } };
    return decisions.dropped === 1 && decisions.lost.mask === 1 && decisions;
  });
  expect(status).toMatchObject({ state: 'running' });
  expect(gateway.engine.current).toBeDefined();
});

test('without a log nothing is written and nothing is named', async () => {
  const { call, dataDir } = await scene({ 'app.rego': APP }, { 'decisions.enabled': false });
  const answer = await call('POST', '/v1/data/app/allow', { input: {} });
  expect(answer.headers.get('x-decision-id')).toBeNull();
  const { decisions } = (await call('GET', '/health')).json() as { decisions: { state: string } };
  expect(decisions.state).toBe('disabled');
  expect(await openDecisions(path.join(dataDir, 'decisions')).read().next()).toMatchObject({ done: true });
});
