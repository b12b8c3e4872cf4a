import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { markerModule } from '../../helpers/policies.js';
import { createScene } from './history-gateway.js';

it('a gateway that closes amid a reload leaves nothing under way, and keeps no attempt that failed for it', async () => {
  const scene = await createScene();
  const running = await scene.start();
  const { engine } = running.gateway;
  const kept = async (): Promise<string[]> => (await readdir(path.join(scene.dataDir, 'revisions', 'entries'))).sort();
  const before = await kept();
  const told: string[] = [];
  engine.on('rejected', ({ status }) => told.push(status));
  await scene.write(markerModule('b'));
  let ended = 0;
  const reloads = [engine.reload('watch'), engine.reload('api'), engine.reload('watch')].map((reload) => reload.finally(() => ended++));
  await nextTurn();
  await running.gateway.close();
  await nextTurn();
  expect(ended).toBe(3);
  expect((await Promise.all(reloads)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(told).toEqual([]);
  expect(await kept()).toEqual(before);
  // The next one finds what was saved, and serves it.
  const next = await scene.start();
  expect((await next.gateway.history.entries()).map(({ status }) => status)).toEqual(['reloaded', 'reloaded']);
});
