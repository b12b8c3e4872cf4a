import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EntryLog } from '../../../src/history/entry-log.js';
import { silentLog } from '../../../src/log.js';
import { markerModule } from '../../helpers/policies.js';
import { recordingLog, startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { createScene, marker, NO_COMPILER } from './history-gateway.js';

const entry = (instance: string): Parameters<EntryLog['append']>[0] => ({
  ...{ at: '2026-01-01T00:00:00.000Z', instance, status: 'rejected', trigger: 'api', modules: 0 },
  ...{ durationMs: 1, warnings: 0, diagnostics: [] },
});

describe('the entries', () => {
  it('number attempts of several processes without a gap and without a double', async () => {
    const folder = await tempDir();
    const logs = ['x', 'y', 'z'].map((instance) => ({ instance, log: new EntryLog(folder, silentLog) }));
    await Promise.all(
      logs.map(async ({ instance, log }) => {
        for (let turn = 0; turn < 10; turn++) await log.append(entry(instance));
      }),
    );
    const all = await new EntryLog(folder, silentLog).all();
    expect(all.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    for (const { instance } of logs) expect(all.filter((one) => one.instance === instance)).toHaveLength(10);
  });

  it('leave out a damaged one and name it', async () => {
    const folder = await tempDir();
    const writer = new EntryLog(folder, silentLog);
    for (const instance of ['x', 'y', 'z']) await writer.append(entry(instance));
    const file = path.join(folder, '0000000002.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"y"', '"q"'));
    const log = recordingLog();
    const reader = new EntryLog(folder, log);
    expect((await reader.all()).map(({ instance }) => instance)).toEqual(['x', 'z']);
    expect(log.records).toEqual([expect.objectContaining({ level: 'warn', message: expect.stringContaining(file) as string })]);
    // Its number is not given again.
    expect(await reader.append(entry('w'))).toMatchObject({ number: 4 });
  });
});

describe('the store', () => {
  it('keeps so many revisions, what serves and what is pinned beyond them, and no blob without a use', async () => {
    const scene = await createScene();
    const running = await scene.start({ 'history.keep': 2, 'history.warm': 0 });
    const { engine, history } = running.gateway;
    const first = engine.current?.id ?? '';
    await engine.hold();
    for (const name of ['b', 'c', 'd']) {
      await scene.write(markerModule(name));
      await engine.reload('watch');
    }
    await engine.reload('api', { resume: true });
    for (const name of ['e', 'f', 'g', 'h']) await scene.save(running, name);
    await history.close();
    const served = (await history.entries()).filter(({ status }) => status === 'reloaded');
    expect(served).toHaveLength(2);
    expect(served.some(({ revision }) => revision === first)).toBe(false);
    const held = (await history.entries()).filter(({ status }) => status === 'held');
    expect(held).toHaveLength(2);
  });

  it('is shared by two gateways, which do not harm each other', async () => {
    const scene = await createScene();
    const one = await scene.start({ 'history.keep': 3 });
    const policyDir = await tempDir({ 'marker.rego': markerModule('other') });
    const settings = { data_dir: scene.dataDir, 'gateway.watcher.enabled': false, 'history.keep': 3 };
    const two = await startTestGateway(policyDir, settings);
    const otherServes = two.gateway.engine.current?.id;
    await two.gateway.engine.hold();
    await Promise.all(
      ['b', 'c', 'd', 'e', 'f', 'g'].map(async (name) => {
        await scene.save(one, name);
        await two.gateway.engine.reload('watch');
      }),
    );
    await Promise.all([one.gateway.close(), two.gateway.close()]);

    const again = await startTestGateway(policyDir, { ...settings, ...NO_COMPILER });
    expect(again.gateway.engine.current?.id).toBe(otherServes);
    expect(again.gateway.engine.pin?.revision).toBe(otherServes);
    expect(await marker(again)).toBe('other');
    const first = await scene.start(NO_COMPILER);
    expect(first.gateway.engine.pin).toBeUndefined();
    expect((await readdir(path.join(scene.dataDir, 'revisions/heads'))).length).toBe(2);
  });

  it('leaves the blobs of what serves alone when the next revision has them too, and writes one that is gone anew', async () => {
    const scene = await createScene();
    await writeFile(path.join(scene.policyDir, 'same.rego'), 'package same\n\nvalue := 1\n');
    await writeFile(path.join(scene.policyDir, 'gone.rego'), 'package gone\n\nvalue := 1\n');
    const running = await scene.start();
    const { history } = running.gateway;
    await history.close();
    const entry = (await history.entries()).at(-1);
    if (entry === undefined) throw new Error('Expected an entry');
    const { modules } = await history.manifest(entry);
    const blobOf = (name: string): string =>
      path.join(scene.dataDir, 'revisions/blobs', modules.find(({ path: file }) => file === name)?.hash ?? '');
    const long = new Date(2020, 1, 1);
    await utimes(blobOf('same.rego'), long, long);
    await rm(blobOf('gone.rego'));
    await scene.save(running, 'b');
    await history.close();
    expect((await stat(blobOf('same.rego'))).mtime).toEqual(long);
    expect(await readFile(blobOf('gone.rego'), 'utf8')).toContain('package gone');
    await running.gateway.close();
    const again = await scene.start(NO_COMPILER);
    expect(await marker(again)).toBe('b');
  });
});
