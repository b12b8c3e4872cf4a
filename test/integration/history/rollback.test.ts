import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { markerModule } from '../../helpers/policies.js';
import { waitFor } from '../../helpers/wait-for.js';
import { createScene, marker, NO_COMPILER } from './history-gateway.js';

describe('going back', () => {
  it('is a swap while the revision is warm, holds saves back, and ends with resume', async () => {
    const scene = await createScene();
    const running = await scene.start({ 'gateway.watcher.enabled': true });
    const { engine } = running.gateway;
    const first = engine.current?.id ?? '';
    const second = (await scene.save(running, 'b')).revision;
    expect(engine.warm).toEqual([first]);

    const back = await engine.reload('rollback', { from: first, pin: true, reason: 'b is wrong' });
    expect(back).toMatchObject({ status: 'reloaded', trigger: 'rollback', revision: first, pin: { revision: first } });
    expect(Object.keys(back.stages)).toEqual(['swap']);
    expect(await marker(running)).toBe('a');

    // What served until now, though nothing older is left to go back to.
    const compared = await running.call('GET', '/policy/diff?from=previous&to=serving');
    expect(compared.json()).toMatchObject({ from: { revision: second }, to: { revision: first } });
    const [entry] = (await running.call('GET', '/policy/history?limit=1')).json()['entries'] as object[];
    expect(Object.keys(entry ?? {})).toEqual(expect.arrayContaining(['duration_ms', 'modules_id']));
    expect(Object.keys(entry ?? {}).filter((name) => /[A-Z]/u.test(name))).toEqual([]);

    await scene.write(markerModule('c'));
    const held = await waitFor('the save to be held', () => {
      const { lastOutcome: last } = engine;
      return last?.status === 'held' && last.candidate !== second ? last : undefined;
    });
    expect(held).toMatchObject({ trigger: 'watch', revision: first, changes: { changed: ['marker.rego'] } });
    expect(await marker(running)).toBe('a');
    // Written after the outcome can be seen.
    const line = /^policy held: pinned to [0-9a-f]{12}; the folder would give [0-9a-f]{12}, marker\.rego$/u;
    await waitFor('the line that says so', () => running.log.records.some(({ message }) => line.test(message)));
    expect((await running.call('GET', '/health')).json()).toMatchObject({
      status: 'degraded',
      policy: { details: { pinned: first.slice(0, 12) } },
    });

    // A folder that cannot serve cannot take over: the pin stays.
    await scene.write('package marker\n\nbroken if {');
    expect(await engine.reload('api', { resume: true })).toMatchObject({ status: 'rejected', pin: { revision: first } });
    expect(engine.pin).toMatchObject({ revision: first });
    await scene.write(markerModule('c'));

    const resumed = await engine.reload('api', { resume: true });
    expect(resumed).toMatchObject({ status: 'reloaded', revision: held.candidate });
    expect(engine.pin).toBeUndefined();
    expect(await marker(running)).toBe('c');
  });

  it('needs neither compiler nor folder once the revision is cold, and the pin survives restarts', async () => {
    const scene = await createScene();
    const running = await scene.start();
    const first = running.gateway.engine.current?.id ?? '';
    for (const name of ['b', 'c', 'd', 'e']) await scene.save(running, name);
    expect(running.gateway.engine.warm).not.toContain(first);
    await running.gateway.close();

    await rm(scene.policyDir, { recursive: true });
    const bare = await scene.start(NO_COMPILER);
    expect(await marker(bare)).toBe('e');
    const back = await bare.gateway.engine.reload('rollback', { from: first, pin: true });
    expect(back).toMatchObject({ status: 'reloaded', revision: first });
    expect(await marker(bare)).toBe('a');
    await bare.gateway.close();

    const again = await scene.start(NO_COMPILER);
    expect(again.gateway.engine.pin).toMatchObject({ revision: first });
    expect(await marker(again)).toBe('a');
  });

  it('makes a pinned revision anew of its sources when the rest of it is damaged, and keeps it whole again', async () => {
    const scene = await createScene();
    const before = await scene.start();
    const first = before.gateway.engine.current?.id ?? '';
    const { history } = before.gateway;
    const [entry] = await history.entries();
    const code = entry === undefined ? undefined : (await history.manifest(entry)).built?.code.hash;
    await scene.save(before, 'b');
    await before.gateway.engine.reload('rollback', { from: first, pin: true });
    await before.gateway.close();
    const file = path.join(scene.dataDir, 'revisions/blobs', code ?? '');
    const whole = await readFile(file);
    await writeFile(file, 'spoilt');

    const after = await scene.start();
    expect(await marker(after)).toBe('a');
    expect(after.gateway.engine.pin).toMatchObject({ revision: first });
    expect(after.log.records.map(({ message }) => message)).toContainEqual(expect.stringContaining(file));
    await after.gateway.close();
    expect((await readFile(file)).equals(whole)).toBe(true);

    const bare = await scene.start(NO_COMPILER);
    expect(await marker(bare)).toBe('a');
  });

  it('does not wait for a reload under way, which then does not serve over it', async () => {
    const scene = await createScene();
    const running = await scene.start();
    const { engine } = running.gateway;
    const first = engine.current?.id ?? '';
    await scene.save(running, 'b');
    await scene.write(markerModule('c'));
    const slow = engine.reload('api');
    const back = await engine.reload('rollback', { from: first, pin: true });
    expect(back.status).toBe('reloaded');
    expect(await slow).toMatchObject({ status: 'held', revision: first });
    expect(await marker(running)).toBe('a');
    // Who asks for the folder after the pin was set means to leave it.
    expect(await engine.reload('api')).toMatchObject({ status: 'reloaded' });
    expect(engine.pin).toBeUndefined();
    expect(await marker(running)).toBe('c');
  });

  it('keeps the pin when the folder that is asked for does not compile', async () => {
    const scene = await createScene();
    const running = await scene.start();
    const { engine } = running.gateway;
    await engine.hold({ by: 'ann' });
    await scene.write('package marker\n\nvalue :=\n');
    expect(await engine.reload('api')).toMatchObject({ status: 'rejected' });
    expect(engine.pin).toMatchObject({ by: 'ann' });
  });

  it('refuses what is not kept, and goes on serving', async () => {
    const scene = await createScene();
    const running = await scene.start();
    const outcome = await running.gateway.engine.reload('rollback', { from: 'f'.repeat(64), pin: true });
    expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'history_unknown' } });
    expect(running.gateway.engine.pin).toBeUndefined();
    expect(await marker(running)).toBe('a');
  });

  it('keeps what was rejected, with its sources and its diagnostics', async () => {
    const scene = await createScene();
    const running = await scene.start();
    await scene.write('package marker\n\nvalue :=\n');
    await running.gateway.engine.reload('api', { by: 'ann' });
    const { history } = running.gateway;
    const entry = (await history.entries()).at(-1);
    expect(entry).toMatchObject({ status: 'rejected', by: 'ann', number: 2, error: { code: 'policy_rejected' } });
    expect(entry?.diagnostics).toContainEqual(expect.objectContaining({ file: 'marker.rego', row: 3 }));
    const sources = entry === undefined ? undefined : await history.sources(entry);
    expect(sources?.modules.map(({ path: name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['marker.rego', 'package marker\n\nvalue :=\n'],
    ]);
    await scene.write(markerModule('a'));
    expect(await running.gateway.engine.reload('watch')).toMatchObject({ status: 'unchanged', mended: true });
  });
});
