import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { markerModule, shippedPolicies } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const NO_WATCH = { 'gateway.watcher.enabled': false };

describe('reload through the API', () => {
  it('answers what changed, with revisions and stages, and the next decision obeys', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const { call } = await startTestGateway(dir, NO_WATCH);
    const before = await call('POST', '/v1/data/marker/value');
    await writeFile(path.join(dir, 'policy.rego'), markerModule('two'));
    expect((await call('POST', '/v1/data/marker/value')).json()['result']).toBe('one');
    const reload = await call('POST', '/policy/reload');
    expect(reload.status).toBe(200);
    expect(reload.json()).toMatchObject({ status: 'reloaded', policy_dir: dir, changed: true, modules: 1 });
    const after = await call('POST', '/v1/data/marker/value');
    expect(after.json()['result']).toBe('two');
    expect(reload.json()['previous_revision']).toContain(before.headers.get('x-policy-revision'));
    expect(reload.json()['revision']).toContain(after.headers.get('x-policy-revision'));
  });

  it('compiles nothing when only data changed', async () => {
    const dir = await tempDir({ 'policy.rego': 'package p\n\nvalue := data.word\n', 'data.json': '{"word": "one"}' });
    const { call, gateway } = await startTestGateway(dir, NO_WATCH);
    await writeFile(path.join(dir, 'data.json'), '{"word": "two"}');
    await call('POST', '/policy/reload');
    expect(gateway.engine.lastOutcome?.stages).not.toHaveProperty('compile');
    expect((await call('POST', '/v1/data/p/value')).json()['result']).toBe('two');
  });

  it('keeps serving from memory when the folder is gone, and says so', async () => {
    const dir = await shippedPolicies();
    const { call } = await startTestGateway(dir, NO_WATCH);
    const ask = { destination: 'github.com', port: 443 };
    const before = await call('POST', '/policy/evaluate/firewall', ask);
    await rm(dir, { recursive: true });
    const reload = await call('POST', '/policy/reload');
    expect(reload.status).toBe(500);
    expect(reload.json()).toMatchObject({ status: 'failed' });
    expect((await call('POST', '/policy/evaluate/firewall', ask)).text).toBe(before.text);
    expect((await call('GET', '/health')).json()).toMatchObject({ status: 'degraded' });
  });

  const disarming: readonly (readonly [string, (data: Record<string, unknown>) => unknown, string])[] = [
    ['an empty document', () => ({}), 'data.actions'],
    ['no actions', (data) => Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'actions')), 'data.actions'],
    [
      'an unknown action word',
      (data) => ({ ...data, actions: { ...(data['actions'] as object), CRITICAL: { runtime: 'blok', file: 'none', install: 'none' } } }),
      'data.actions.CRITICAL.runtime',
    ],
  ];
  it.each(disarming)('rejects data that would disarm a domain: %s', async (_name, change, where) => {
    const dir = await shippedPolicies();
    const { call } = await startTestGateway(dir, NO_WATCH);
    const file = path.join(dir, 'rego/data.json');
    await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>)));
    const reload = await call('POST', '/policy/reload');
    expect(reload.status).toBe(500);
    expect(reload.text).toContain(where);
    const scan = { input: { target_type: 'skill', target_name: 'x', scan_result: { max_severity: 'CRITICAL', total_findings: 1 } } };
    expect((await call('POST', '/policy/evaluate', scan)).json()).toMatchObject({ data: { verdict: 'rejected' } });
  });

  it('rejects a malformed overlay instead of ignoring it', async () => {
    const dir = await shippedPolicies();
    const { call } = await startTestGateway(dir, NO_WATCH);
    await writeFile(path.join(dir, 'rego/data-sandbox.json'), '{"firewall": ');
    const reload = await call('POST', '/policy/reload');
    expect(reload.status).toBe(500);
    expect(reload.text).toContain('data-sandbox.json');
  });

  it('gives a reload asked for during a run the state of a later reading', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('zero') });
    const { call } = await startTestGateway(dir, NO_WATCH);
    const running: Promise<unknown>[] = [];
    for (let round = 1; round <= 10; round++) {
      // By rename: the reload before this one may be reading.
      await writeFile(path.join(dir, 'next'), markerModule(`round ${round}`));
      await rename(path.join(dir, 'next'), path.join(dir, 'policy.rego'));
      const reload = call('POST', '/policy/reload').then(async (answer) => {
        expect(answer.status).toBe(200);
        const word = String((await call('POST', '/v1/data/marker/value')).json()['result']);
        expect(Number(word.split(' ')[1])).toBeGreaterThanOrEqual(round);
      });
      running.push(reload);
    }
    await Promise.all(running);
  });
});

describe('broken at boot', () => {
  it('answers in closed form, tells why, and serves the first revision that passes', async () => {
    const dir = await shippedPolicies();
    const file = path.join(dir, 'rego/admission.rego');
    const good = await readFile(file, 'utf8');
    await writeFile(file, 'package defenseclaw.admission\n\nverdict := \n');
    const { call } = await startTestGateway(dir, NO_WATCH);
    const ask = { input: { target_type: 'skill', target_name: 'x' } };
    const closed = await call('POST', '/policy/evaluate', ask);
    expect(closed.json()).toMatchObject({
      data: { verdict: 'rejected', file_action: 'quarantine', install_action: 'block', runtime_action: 'block' },
    });
    expect((await call('GET', '/health')).json()).toMatchObject({ status: 'degraded' });
    const rejected = await call('POST', '/policy/reload');
    expect(rejected.status).toBe(400);
    expect(rejected.json()['error']).toMatch(/^compilation failed: /u);
    await writeFile(file, good);
    expect((await call('POST', '/policy/reload')).status).toBe(200);
    expect((await call('POST', '/policy/evaluate', ask)).json()).toMatchObject({ data: { verdict: 'scan' } });
    expect((await call('GET', '/health')).json()).toMatchObject({ status: 'ok' });
  });

  it('is mended by a save alone when the folder is watched', async () => {
    const dir = await tempDir({ 'policy.rego': 'package marker\n\nvalue := \n' });
    const { call } = await startTestGateway(dir);
    await writeFile(path.join(dir, 'policy.rego'), markerModule('mended'));
    await waitFor('the first revision', async () => (await call('POST', '/v1/data/marker/value')).json()['result'] === 'mended');
  });

  it('without a policy folder says that none is configured', async () => {
    const { call } = await startTestGateway('');
    const reload = await call('POST', '/policy/reload');
    expect({ status: reload.status, text: reload.text.trim() }).toEqual({ status: 503, text: '{"error":"policy_dir not configured"}' });
    expect((await call('GET', '/policy/reload')).headers.get('allow')).toBe('POST');
  });
});

describe('the enforcement lists', () => {
  it('decide the next admission', async () => {
    const dir = await shippedPolicies();
    const { call } = await startTestGateway(dir, NO_WATCH);
    const ask = { input: { target_type: 'skill', target_name: 'bad' } };
    expect((await call('POST', '/policy/evaluate', ask)).json()).toMatchObject({ data: { verdict: 'scan' } });
    expect((await call('POST', '/enforce/block', { target_type: 'skill', target_name: 'bad', reason: 'test' })).status).toBe(200);
    expect((await call('POST', '/policy/evaluate', ask)).json()).toMatchObject({ data: { verdict: 'blocked' } });
  });
});
