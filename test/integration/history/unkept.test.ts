import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { foldersOf } from '../../../src/history/places.js';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const policy = (value: number): string => `package a\n\nvalue := ${value}\n`;

it('health says that what serves is not kept, also when something else could be written since, until another edit is kept', async () => {
  const dir = await tempDir({ 'a.rego': policy(1) });
  const { gateway, dataDir, call } = await startTestGateway(dir, { 'gateway.watcher.enabled': false, 'gates.tests': 'off' });
  const { blobs } = foldersOf(path.join(dataDir, 'revisions'));
  const health = async (): Promise<unknown> => (await call('GET', '/health')).json()['history'];
  const reload = async (value: number): Promise<void> => {
    await writeFile(path.join(dir, 'a.rego'), policy(value));
    expect((await call('POST', '/policy/reload', {})).status).toBe(200);
  };
  expect(await health()).toMatchObject({ state: 'running' });

  await rename(blobs, `${blobs}.away`);
  await writeFile(blobs, 'no folder');
  await reload(2);
  expect(await health()).toMatchObject({ state: 'error' });
  await rm(blobs);
  await rename(`${blobs}.away`, blobs);
  // The disk takes what is written from now on, and still does not have what serves.
  await gateway.history.savePin(undefined);
  expect(await health()).toMatchObject({ state: 'error' });

  await reload(3);
  expect(await health()).toMatchObject({ state: 'running' });
});
