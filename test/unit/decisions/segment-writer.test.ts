import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { linesFrame } from '../../../src/decisions/batch/frame.js';
import { DecisionIds } from '../../../src/decisions/decision-id.js';
import { linesIn } from '../../../src/decisions/batch/runs.js';
import { openDecisions } from '../../../src/decisions/reader.js';
import { listSegments } from '../../../src/decisions/store/segment.js';
import { createSegmentWriter } from '../../../src/decisions/store/segment-writer.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const ids = new DecisionIds();

function lines(count: number, size = 0): Uint8Array {
  const one = (): string => `{"decision_id":"${ids.next(Date.now())}","path":"p","custom":{},"pad":"${'x'.repeat(size)}"}\n`;
  return linesFrame(Buffer.from(Array.from({ length: count }, one).join('')));
}

async function kept(folder: string): Promise<number> {
  const ids = new Set<string>();
  for await (const { record } of openDecisions(folder).read()) ids.add(record.decision_id);
  return ids.size;
}

const DAY_MS = 86_400_000;

test('rotates under load, packs what it ends, keeps within its bounds, and loses nothing that it says it has', async () => {
  const folder = path.join(await tempDir(), 'decisions');
  const writer = createSegmentWriter({ folder, keepMs: DAY_MS, maxBytes: 64 * 1024, segmentBytes: 8 * 1024 });
  for (let round = 0; round < 60; round++) {
    writer.push(lines(4, 1000), 4);
    await waitFor('the lines to be written', () => writer.state.written === (round + 1) * 4);
  }
  await waitFor('segments to be packed', async () => (await listSegments(folder)).filter(({ packed }) => packed).length > 2);
  expect(await kept(folder)).toBeLessThanOrEqual(240);
  await writer.close();
  const sizes = await Promise.all((await listSegments(folder)).map(async ({ file }) => (await stat(file)).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(64 * 1024);
  expect(writer.state).toMatchObject({ ok: true, written: 240, lost: 0 });
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('packs what an earlier process left, lets go what is too old, and leaves what a process that lives writes', async () => {
  const folder = await tempDir();
  const ended = 2 ** 22 + 1;
  const old = new Date(Date.now() - 2 * DAY_MS);
  const left = `${Date.now()}-${ended}`;
  const stale = `${old.getTime()}-${ended}`;
  const alive = `${old.getTime() + 1}-${process.ppid}`;
  // As a version before this one wrote it.
  await writeFile(path.join(folder, `${left}.jsonl`), linesIn(lines(3)));
  for (const name of [stale, alive]) {
    await writeFile(path.join(folder, `${name}.records`), lines(1));
    await utimes(path.join(folder, `${name}.records`), old, old);
  }
  const writer = createSegmentWriter({ folder, keepMs: DAY_MS, maxBytes: 1024 * 1024 });
  await waitFor(
    'the folder to be tidied',
    async () => (await readdir(folder)).join() === [`${alive}.records`, `${left}.jsonl.gz`].sort().join(),
  );
  expect(await kept(folder)).toBe(4);
  await writer.close();
});

test('a folder that cannot be written costs records, says so, and is written again as soon as it can', async () => {
  const folder = path.join(await tempDir(), 'decisions');
  await writeFile(folder, 'a file where the folder should be');
  const troubles: string[] = [];
  const writer = createSegmentWriter({ folder, keepMs: DAY_MS, maxBytes: 1024 * 1024, onTrouble: (message) => troubles.push(message) });
  writer.push(lines(2), 2);
  await waitFor('the loss to be counted', () => writer.state.lost === 2);
  expect(writer.state.ok).toBe(false);
  expect(troubles.length).toBeGreaterThan(0);
  await rm(folder);
  await mkdir(folder);
  writer.push(lines(1), 1);
  await waitFor('the writing to go on', () => writer.state.ok && writer.state.written === 1);
  await writer.close();
  expect(await kept(folder)).toBe(1);
});
