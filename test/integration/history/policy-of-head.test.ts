import { readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { policyOfHead } from '../../../src/history/policy-of-head.js';
import { createScene } from './history-gateway.js';

it('is what served when the gateway ended, with the built-ins that it calls, and nothing where that is damaged', async () => {
  const scene = await createScene();
  const running = await scene.start();
  await scene.write('package marker\n\nvalue := sprintf("%v", [input.x])\n');
  const { revision } = await running.gateway.engine.reload('api');
  const modulesId = running.gateway.engine.current?.policy.modulesId;
  await running.gateway.close();

  const folder = path.join(scene.dataDir, 'revisions');
  const [head = ''] = await readdir(path.join(folder, 'heads'));
  const instance = path.basename(head, '.json');
  const told: string[] = [];
  const found = await policyOfHead(folder, instance, (builtins) => void told.push(...builtins));
  expect(revision).toBeDefined();
  expect(found).toMatchObject({
    modulesId,
    entrypoints: expect.arrayContaining([expect.objectContaining({ path: 'marker/value' })]) as unknown,
  });
  expect(told).toEqual(['sprintf']);

  expect(await policyOfHead(folder, 'another', () => undefined)).toBeUndefined();
  const blobs = await readdir(path.join(folder, 'blobs'));
  await Promise.all(blobs.map((name) => truncate(path.join(folder, 'blobs', name), 10)));
  expect(await policyOfHead(folder, instance, () => undefined)).toBeUndefined();
  await writeFile(path.join(folder, 'heads', head), '{');
  expect(await policyOfHead(folder, instance, () => undefined)).toBeUndefined();
});
