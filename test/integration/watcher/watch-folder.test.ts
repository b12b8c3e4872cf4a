import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { watchFolder } from '../../../src/watcher/watch-folder.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

it('goes on when the folder is moved away, and in the one that comes in its place', async () => {
  const home = await tempDir({ 'policies/a.rego': 'package a\n' });
  const dir = path.join(home, 'policies');
  const stop = new AbortController();
  let rounds = 0;
  const count = (): Promise<void> => {
    rounds++;
    return Promise.resolve();
  };
  const watching = watchFolder(dir, count, stop.signal);
  await waitFor('the first round', () => rounds > 0);
  await rename(dir, path.join(home, 'before'));
  await waitFor('a round for the folder that is gone', () => rounds > 1);
  const seen = rounds;
  await mkdir(path.join(home, 'next'));
  await rename(path.join(home, 'next'), dir);
  await waitFor('a round for the folder that came', () => rounds > seen);
  // Written until it is heard: the listener in the new folder may not be at work yet.
  const before = rounds;
  await waitFor('a round for what is written in it', async () => {
    await writeFile(path.join(dir, 'a.rego'), `package a\n\nx := ${Math.random()}\n`);
    return rounds > before + 1;
  });
  stop.abort();
  await watching;
  expect(rounds).toBeGreaterThan(before);
});
