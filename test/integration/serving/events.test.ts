import { Agent } from 'node:http';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { subscribe } from '../../helpers/subscribe.js';
import type { HeardEvent } from '../../helpers/subscribe.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const MODULE = 'package net\n\ndefault allow := false\n\nallow if input.port in data.net.ports\n';

async function start(processes: number): Promise<TestGateway & { readonly save: (name: string, text: string) => Promise<void> }> {
  const policyDir = await tempDir({ 'net.rego': MODULE, 'data.json': '{"net": {"ports": [443], "names": {"a": 1}}}' });
  const running = await startTestGateway(policyDir, { 'http.processes': processes, 'gateway.watcher.enabled': false });
  return { ...running, save: (name, text) => writeFile(path.join(policyDir, name), text) };
}

const named = (events: readonly HeardEvent[]): readonly string[] => events.map(({ id = '-', event }) => `${id} ${event}`);

describe.each([0, 1])('with %i serving processes, a subscriber', (processes) => {
  it('hears what happens to the policy, and what it missed while it was away', async () => {
    const running = await start(processes);
    const { engine } = running.gateway;
    const first = engine.current?.id;
    const listener = await subscribe(running.url);
    expect(listener.answer.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    expect(await listener.events(1)).toEqual([{ id: '1', event: 'serving', data: { number: 1, revision: first, pinned: null } }]);

    await running.save('net.rego', MODULE.replace('false', 'true').concat('\nextra if input.ok\n'));
    await running.save('data.json', '{"net": {"ports": [443, 80], "names": {  "a": 1 }}}');
    const second = (await engine.reload('watch')).revision;
    const [, reloaded] = await listener.events(2);
    expect(reloaded).toMatchObject({
      ...{ id: '2', event: 'reloaded' },
      data: {
        ...{ number: 2, trigger: 'watch', from: first, to: second, cut: false },
        files: { added: [], changed: ['data.json', 'net.rego'], removed: [] },
        rules: { added: ['data.net.extra'], removed: [], changed: ['data.net.allow'] },
        data: ['data.net.ports'],
      },
    });

    await running.save('net.rego', 'package net\n\nallow :=\n');
    await engine.reload('watch');
    await engine.reload('watch');
    await running.call('POST', '/policy/rollback', { by: 'ann', reason: 'night' });
    const all = await listener.events(5);
    expect(named(all.slice(2))).toEqual(['3 rejected', '4 rolled_back', '4 pinned']);
    expect(all[2]?.data).toMatchObject({ from: second, to: second, error: { code: 'policy_rejected' } });
    const went = { number: 4, from: second, to: first, by: 'ann', reason: 'night', rules: { removed: ['data.net.extra'] } };
    expect(all[3]?.data).toMatchObject(went);
    expect(all[4]?.data).toMatchObject({ ...went, pin: first });
    listener.close();

    await running.save('net.rego', MODULE);
    await engine.reload('watch');
    await running.call('POST', '/policy/resume', {});
    const back = await subscribe(running.url, { 'Last-Event-ID': '2' });
    const missed = await back.events(5);
    expect(named(missed)).toEqual(['3 rejected', '4 rolled_back', '5 held', '6 reloaded', '6 serving']);
    expect(missed.find(({ id }) => id === '4')).toEqual(all[3]);
    const held = await running.call('POST', '/policy/pin', {});
    const { current } = engine;
    expect(held.json()).toMatchObject({ status: 'pinned', changed: false, revision: current?.id, pinned: current?.id });
    await running.call('POST', '/policy/resume', {});
    const [pinned, resumed] = (await back.events(7)).slice(5);
    expect(named([pinned, resumed].filter((event) => event !== undefined))).toEqual(['6 pinned', '6 resumed']);
    expect(resumed?.data).toMatchObject({ from: engine.current?.id, to: engine.current?.id, pin: engine.current?.id });
  });

  it('needs the token, and a number as Last-Event-ID', async () => {
    const running = await start(processes);
    expect((await running.call('GET', '/policy/events', undefined, { Authorization: '' })).status).toBe(401);
    const refused = await running.call('GET', '/policy/events', undefined, { 'Last-Event-ID': 'x' });
    expect([refused.status, refused.headers.get('x-defenseclaw-error')]).toEqual([400, 'request_invalid']);
    expect((await running.call('POST', '/policy/events', {})).status).toBe(405);
    expect((await running.call('HEAD', '/policy/events')).status).toBe(200);
  });

  it('may come over a connection that has asked for decisions before', async () => {
    const running = await start(processes);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const health = await subscribe(running.url, { 'Last-Event-ID': 'x' }, agent);
    expect(health.status).toBe(400);
    await waitFor('the refusal to be read', health.ended);
    const listener = await subscribe(running.url, {}, agent);
    expect(named(await listener.events(1))).toEqual(['1 serving']);
    await running.gateway.engine.hold();
    expect(named(await listener.events(2))).toEqual(['1 serving', '1 pinned']);
  });

  it('is let go when the gateway stops, and holds it up no longer', async () => {
    const running = await start(processes);
    const listeners = await Promise.all(Array.from({ length: 20 }, () => subscribe(running.url)));
    await Promise.all(listeners.map((listener) => listener.events(1)));
    await running.gateway.close();
    await waitFor('every stream to end', () => listeners.every(({ ended }) => ended()));
    expect(listeners.every(({ answer }) => answer.complete)).toBe(true);
  });
});
