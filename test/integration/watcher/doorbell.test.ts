import { createHook } from 'node:async_hooks';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hangDoorbell } from '../../../src/watcher/doorbell.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const FILES = 300;

/** Requests to the file system that are answered with promises, from now on. */
function countRequests(): () => number {
  let requests = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'FSREQPROMISE') requests += 1;
    },
  }).enable();
  onTestFinished(() => void hook.disable());
  return () => requests;
}

async function hung(dir: string) {
  const rung = new Set<string>();
  const bell = hangDoorbell({
    trees: [dir],
    chain: [],
    onRing: (sighting) => rung.add(path.basename(sighting?.file ?? '')),
    onTrouble: () => undefined,
  });
  onTestFinished(() => bell.close());
  await bell.ready;
  return rung;
}

it('tells of saves in a large folder before it lists the folder again, and lists it once for all of them', async () => {
  const names = Array.from({ length: FILES }, (_, index) => `m${index}.rego`);
  const dir = await tempDir(Object.fromEntries(names.map((name) => [name, 'package a\n'])));
  const rung = await hung(dir);
  const requests = countRequests();
  for (const name of names.slice(0, 5)) {
    const temporary = path.join(dir, `.${name}.saving`);
    await writeFile(temporary, 'package b\n');
    await rename(temporary, path.join(dir, name));
    await waitFor(name, () => rung.has(name));
  }
  expect(requests()).toBeLessThan(FILES);
  // It does list it, and finds what is to be listened to.
  await waitFor('the listing', () => requests() >= FILES);
});

it('hears at once of a file in a folder that is new', async () => {
  const dir = await tempDir({ 'a.rego': 'package a\n' });
  const rung = await hung(dir);
  const made = await tempDir({ 'x/b.rego': 'package b\n' });
  await rename(path.join(made, 'x'), path.join(dir, 'x'));
  await waitFor('the folder', () => rung.has('x'));
  await waitFor('the listener in it', async () => {
    await writeFile(path.join(dir, 'x/b.rego'), 'package c\n');
    return rung.has('b.rego');
  });
});

it('is ready once the trees that are there were gone through, whether others are missing or not', async () => {
  const names = Array.from({ length: FILES }, (_, index) => `x${index}/m.rego`);
  const dir = await tempDir(Object.fromEntries(names.map((name) => [name, 'package a\n'])));
  const heard: string[] = [];
  const bell = hangDoorbell({
    trees: [dir, path.join(dir, 'missing'), path.join(dir, 'too')],
    chain: [],
    onRing: (sighting) => heard.push(sighting?.file ?? ''),
    onTrouble: () => undefined,
  });
  onTestFinished(() => bell.close());
  await bell.ready;
  const last = path.join(dir, names.at(-1) ?? '');
  await writeFile(last, 'package b\n');
  await waitFor('the save', () => heard.includes(last));
});
