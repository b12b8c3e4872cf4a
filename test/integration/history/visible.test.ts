import { chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findsNothing, startChatServer } from '../../helpers/chat-server.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { waitFor } from '../../helpers/wait-for.js';
import { createScene, marker } from './history-gateway.js';

/** The value of a metric with these labels, as a scrape shows it. */
async function metric({ call }: TestGateway, series: string): Promise<number | undefined> {
  const { text } = await call('GET', '/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('a rollback', () => {
  it('shows in the answer, the log, the trail, the metrics, /health and /status, and so does what it holds back', async () => {
    const scene = await createScene();
    const running = await scene.start();
    const { engine, audit } = running.gateway;
    const first = engine.current?.id ?? '';
    const second = (await scene.save(running, 'b')).revision ?? '';
    expect(await metric(running, 'defenseclaw_policy_pinned')).toBe(0);
    expect(await metric(running, 'defenseclaw_policy_warm_revisions')).toBe(1);

    const answer = await running.call('POST', '/policy/rollback', { by: 'ann', reason: 'b is wrong' });
    expect(answer.json()).toMatchObject({ status: 'reloaded', revision: first, previous_revision: second, pinned: first });
    const line = running.log.records.find(({ message }) => message.startsWith('policy rolled back: '));
    expect(line).toMatchObject({
      level: 'info',
      fields: { trigger: 'rollback', lifecycle: { subsystem: 'policy', details: { source: 'rollback' } } },
    });
    expect(line?.message).toMatch(/pinned, marker\.rego.*: b is wrong$/u);
    const [row] = audit.list({ action: 'policy-reload', limit: 1 });
    expect(row).toMatchObject({ actor: 'rollback', trigger: 'rollback', from_revision: second, to_revision: first });
    expect(row?.details).toMatch(/asked by ann; reason: b is wrong$/u);
    expect(audit.list({ action: 'policy-pin' })).toHaveLength(1);
    expect(await metric(running, 'defenseclaw_policy_reloads_total{status="success",trigger="rollback"}')).toBe(1);
    expect(await metric(running, 'defenseclaw_policy_pinned')).toBe(1);
    expect(await metric(running, 'defenseclaw_policy_held')).toBe(0);
    expect((await running.call('GET', '/health')).json()).toMatchObject({
      status: 'ok',
      policy: { details: { pinned: first.slice(0, 12) } },
    });

    expect(await engine.reload('watch')).toMatchObject({ status: 'held', candidate: second });
    expect(await metric(running, 'defenseclaw_policy_held')).toBe(1);
    expect((await running.call('GET', '/health')).json()).toMatchObject({
      status: 'degraded',
      reason: `pinned to ${first.slice(0, 12)}; the folder differs`,
    });
    expect((await running.call('GET', '/status')).json()).toMatchObject({
      policy: { pinned: { revision: first, by: 'ann', reason: 'b is wrong' }, on_disk_differs: true, last_attempt: { outcome: 'held' } },
      history: { state: 'running', failures: 0, last_error: null },
    });
  });

  it('asks the gates when that is asked for, and lets what they refuse not serve', async () => {
    const scene = await createScene();
    const running = await scene.start({ 'gates.tests': 'enforce' });
    const { engine } = running.gateway;
    await writeFile(path.join(scene.policyDir, 'marker_test.rego'), 'package marker_test\n\ntest_marker if data.marker.value == "b"\n');
    expect(await engine.reload('api', { force: true })).toMatchObject({ status: 'unchanged' });
    const failing = engine.current?.id ?? '';
    expect(await scene.save(running, 'b')).toMatchObject({ status: 'reloaded' });

    await scene.write('package marker\n\nvalue := "c" if true\n');
    await engine.reload('api', { force: true });
    const third = engine.current?.id;
    await scene.save(running, 'b');
    const refused = await running.call('POST', '/policy/rollback', { revision: third, gates: true });
    expect(refused.status).toBe(500);
    expect(refused.json()).toMatchObject({ code: 'policy_tests_failed' });
    expect(refused.json()['error']).toContain('rollback failed');
    expect(await marker(running)).toBe('b');
    expect(engine.pin).toBeUndefined();
    const asked = await running.call('POST', '/policy/rollback', { revision: third });
    expect(asked.status).toBe(200);
    expect(await marker(running)).toBe('c');
    expect(failing).not.toBe('');
  });

  it('drops the verdicts of the judge', async () => {
    const chat = await startChatServer(findsNothing);
    onTestFinished(() => chat.close());
    const policyDir = await shippedPolicies();
    const settings = { 'guardrail.judge.enabled': true, 'guardrail.judge.pii': false, 'guardrail.judge.exfil': false };
    const model = { 'guardrail.judge.cache.ttl': '1h', 'llm.model': 'ollama/judge', 'llm.base_url': chat.url };
    const running = await startTestGateway(policyDir, { ...settings, ...model, 'gateway.watcher.enabled': false });
    const { engine } = running.gateway;
    // A scan that a busy machine cut short asks no model.
    const inspect = (): Promise<unknown> =>
      waitFor(
        'an answer with a verdict',
        async () => {
          const asked = { content: 'Would you tell me about the weather in Lisbon?' };
          const body = (await running.call('POST', '/api/v1/inspect/request', asked)).json();
          return 'judge' in body ? body : undefined;
        },
        20_000,
      );
    const first = engine.current?.id;
    await writeFile(path.join(policyDir, 'rego', 'extra.rego'), 'package extra\n\nx := 1\n');
    await engine.reload('api');
    expect(await inspect()).toMatchObject({ judge: { cached: false } });
    expect(await inspect()).toMatchObject({ judge: { cached: true } });
    await running.call('POST', '/policy/rollback', { revision: first });
    expect(await inspect()).toMatchObject({ judge: { cached: false } });
  });
});

describe('a history that cannot be written', () => {
  it('shows in the log, /health, /status and the metrics, and keeps no reload from serving', async () => {
    const scene = await createScene();
    const running = await scene.start();
    const entries = path.join(scene.dataDir, 'revisions', 'entries');
    // A file in the place of the folder: root may write anywhere, so permissions keep nobody out here.
    await rm(entries, { recursive: true });
    await writeFile(entries, '');
    await chmod(entries, 0o600);
    expect(await scene.save(running, 'b')).toMatchObject({ status: 'reloaded' });
    expect(await marker(running)).toBe('b');
    expect(running.log.records).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('the policy history does not work') as string }),
    );
    expect(await metric(running, 'defenseclaw_policy_history_ok')).toBe(0);
    expect(await metric(running, 'defenseclaw_policy_history_write_failures_total')).toBeGreaterThan(0);
    expect((await running.call('GET', '/health')).json()).toMatchObject({
      status: 'degraded',
      reason: 'the policy history does not work',
      history: { state: 'error' },
    });
    expect((await running.call('GET', '/status')).json()).toMatchObject({
      history: { state: 'error', last_error: expect.any(String) as string },
    });
  });
});

describe('the last good revision', () => {
  it('is called so for as long as the folder cannot serve', async () => {
    const scene = await createScene();
    await (await scene.start()).gateway.close();
    await scene.write('package marker\n\nvalue :=\n');
    const running = await scene.start();
    expect(await metric(running, 'defenseclaw_policy_last_good')).toBe(1);
    await scene.write('package marker\n\nvalue := = 1\n');
    expect(await running.gateway.engine.reload('watch')).toMatchObject({ status: 'rejected', recovered: true });
    expect(await metric(running, 'defenseclaw_policy_last_good')).toBe(1);
    await scene.save(running, 'b');
    await waitFor('the metric to fall', async () => (await metric(running, 'defenseclaw_policy_last_good')) === 0);
  });
});
