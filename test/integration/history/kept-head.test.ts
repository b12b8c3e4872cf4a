import { readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readHead } from '../../../src/history/kept-head.js';
import { createScene } from './history-gateway.js';

it('is what served when the gateway ended, with the built-ins that it calls, and nothing where that is damaged', async () => {
  const scene = await createScene();
  const running = await scene.start();
  await scene.write('package marker\n\nvalue := sprintf("%v", [input.x])\n');
  const { revision } = await running.gateway.engine.reload('api');
  const { modulesId, checksId } = running.gateway.engine.current?.source ?? {};
  await running.gateway.close();

  const folder = path.join(scene.dataDir, 'revisions');
  const [head = ''] = await readdir(path.join(folder, 'heads'));
  const instance = path.basename(head, '.json');
  const told: string[] = [];
  const found = readHead(folder, instance, (builtins) => void told.push(...builtins));
  expect(told, 'before anything is waited for').toEqual(['sprintf']);
  expect(found?.manifest).toMatchObject({ revision, checksId });
  expect(revision).toBeDefined();
  expect(await found?.policy).toMatchObject({
    modulesId,
    entrypoints: expect.arrayContaining([expect.objectContaining({ path: 'marker/value' })]) as unknown,
  });

  expect(readHead(folder, 'another', () => undefined)).toBeUndefined();
  const blobs = await readdir(path.join(folder, 'blobs'));
  const code = path.join(folder, 'blobs', found?.manifest.built?.code.hash ?? '');
  await truncate(code, 10);
  expect(await readHead(folder, instance, () => undefined)?.policy, 'without its code').toBeUndefined();
  await Promise.all(blobs.map((name) => truncate(path.join(folder, 'blobs', name), 10)));
  expect(readHead(folder, instance, () => undefined)).toBeUndefined();
  await writeFile(path.join(folder, 'heads', head), '{');
  expect(readHead(folder, instance, () => undefined)).toBeUndefined();
});
