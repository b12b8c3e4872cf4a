import { writeFileSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSourceReader, DEFAULT_SOURCE_LIMITS } from '../../../src/policy/source-reader.js';
import { contentKey } from '../../../src/policy/source-set.js';
import type { SourceSet } from '../../../src/policy/source-set.js';
import { tempDir } from '../../helpers/temp-dir.js';

/** A reader whose clock moves only while it sleeps; each nap first runs the next step of a script. */
function scripted(steps: readonly (() => Promise<unknown>)[], startMs = Date.now()) {
  const queue = [...steps];
  const naps: number[] = [];
  let now = startMs;
  const reader = createSourceReader({
    limits: DEFAULT_SOURCE_LIMITS,
    now: () => now,
    async sleep(ms) {
      naps.push(ms);
      await queue.shift()?.();
      now += ms;
    },
  });
  return { reader, naps, advance: (ms: number) => (now += ms) };
}

/** Far enough ahead of the file times that nothing in the folder counts as young. */
const LATER = Date.now() + 3_600_000;
const textOf = (set: SourceSet, name = 'a.rego'): string | undefined => {
  const file = set.modules.find((module) => module.path === name);
  return file === undefined ? undefined : Buffer.from(file.bytes).toString();
};

describe('a reading', () => {
  it('of a folder that has been quiet waits for nothing', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader, naps } = scripted([], LATER);
    await reader.read(dir);
    expect(naps).toEqual([]);
  });

  it('of a folder that changed a moment ago waits until it has been quiet', async () => {
    const dir = await tempDir({ 'a.rego': 'package' });
    const { ctimeMs } = await stat(path.join(dir, 'a.rego'));
    const { reader, naps } = scripted([() => appendFile(path.join(dir, 'a.rego'), ' a\n')], Math.floor(ctimeMs) + 30);
    expect(textOf(await reader.read(dir))).toBe('package a\n');
    expect(naps[0]).toBeGreaterThan(0);
    expect(naps[0]).toBeLessThanOrEqual(50);
  });

  it('of a state that was vouched for waits for nothing, and of the next one as ever', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader, naps } = scripted([], Date.now());
    reader.vouch((await reader.scan(dir)).key);
    expect(textOf(await reader.read(dir))).toBe('package a\n');
    expect(naps).toEqual([]);
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    await reader.read(dir);
    expect(naps.length).toBeGreaterThan(0);
  });

  it('of a state that was vouched for and looked into looks once more, and of any other twice', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    let looks = 0;
    const ignored = (name: string): boolean => {
      if (name === 'a.rego') looks++;
      return false;
    };
    const reader = createSourceReader({ limits: DEFAULT_SOURCE_LIMITS, ignored, now: () => LATER });
    const lookedBy = async (): Promise<number> => {
      const before = looks;
      await reader.read(dir);
      return looks - before;
    };
    const scan = await reader.scan(dir);
    await reader.peek(dir, scan);
    expect(await lookedBy()).toBe(2);
    reader.vouch(scan.key);
    expect(await lookedBy()).toBe(1);
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    expect(await lookedBy()).toBe(2);
    const next = await reader.scan(dir);
    reader.vouch(next.key);
    expect(await lookedBy()).toBe(2);
    const { found } = await reader.peek(dir, next);
    expect(await lookedBy()).toBe(1);
    const set = await reader.read(dir);
    expect(contentKey(set)).toBe(found);
    expect(textOf(set)).toBe('package b\n');
  });

  it('that finds just what is known to be whole waits for nothing, and of anything else as ever', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'a_test.rego': 'package a_test\n' });
    const whole = contentKey(await scripted([], LATER).reader.read(dir));
    const { reader, naps } = scripted([], Date.now());
    expect(textOf(await reader.read(dir, { whole }))).toBe('package a\n');
    expect(naps).toEqual([]);
    for (const [name, text] of [
      ['a_test.rego', 'package'],
      ['a.rego', 'package'],
    ] as const) {
      await writeFile(path.join(dir, name), text);
      const again = scripted([() => writeFile(path.join(dir, name), 'package b\n')], Date.now());
      await again.reader.read(dir, { whole });
      expect(again.naps.length, name).toBeGreaterThan(0);
    }
  });

  it('of a state that was vouched for still doubts what is empty', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader, naps } = scripted([], LATER);
    await reader.read(dir);
    await truncate(path.join(dir, 'a.rego'));
    reader.vouch((await reader.scan(dir)).key);
    await reader.read(dir);
    expect(naps).toEqual([80]);
  });

  it('does not believe a clock of the file system that runs ahead for more than one quiet period', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader, naps } = scripted([], Date.now() - 3_600_000);
    expect((await reader.read(dir)).unsettled).toBe(false);
    expect(naps).toEqual([80]);
  });

  it('reads a file again that was emptied since the previous set', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader, naps } = scripted([() => writeFile(path.join(dir, 'a.rego'), 'package b\n')], LATER);
    await reader.read(dir);
    await truncate(path.join(dir, 'a.rego'));
    expect(textOf(await reader.read(dir))).toBe('package b\n');
    expect(naps).toEqual([80, 80]);
  });

  it('believes an empty file after one quiet period', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'b.rego': 'package b\n' });
    const { reader, naps } = scripted([], LATER);
    await reader.read(dir);
    await truncate(path.join(dir, 'a.rego'));
    expect(textOf(await reader.read(dir))).toBe('');
    expect(naps).toEqual([80]);
    await reader.read(dir);
    expect(naps).toEqual([80]);
  });

  it('does not wait for what was empty before, or is given with content', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'empty.rego': '' });
    const { reader, naps } = scripted([], LATER);
    const previous = await reader.read(dir);
    await writeFile(path.join(dir, 'a.rego'), 'package c\n');
    await reader.read(dir, { previous });
    expect(naps).toEqual([]);
  });

  it('gives a vanished folder one quiet period to come back', async () => {
    const dir = await tempDir({ 'p/a.rego': 'package a\n' });
    const policyDir = path.join(dir, 'p');
    const { reader } = scripted([() => rename(path.join(dir, 'away'), policyDir)], LATER);
    await reader.read(policyDir);
    await rename(policyDir, path.join(dir, 'away'));
    expect(textOf(await reader.read(policyDir))).toBe('package a\n');
  });

  it('believes in the end that the folder is gone', async () => {
    const dir = await tempDir({ 'p/a.rego': 'package a\n' });
    const { reader, naps } = scripted([], LATER);
    await reader.read(path.join(dir, 'p'));
    await rm(path.join(dir, 'p'), { recursive: true });
    await expect(reader.read(path.join(dir, 'p'))).rejects.toMatchObject({ code: 'policy_dir_missing' });
    expect(naps).toEqual([80]);
  });

  it('ends within its time under a steady writer, on bytes that two looks agreed on', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    let turn = 0;
    const { reader, naps } = scripted(
      Array.from({ length: 99 }, () => () => writeFile(path.join(dir, 'a.rego'), `package a${turn++}\n`)),
      LATER,
    );
    await reader.read(dir);
    await truncate(path.join(dir, 'a.rego'));
    const set = await reader.read(dir);
    expect(set.unsettled).toBe(false);
    expect(textOf(set)).toBe(`package a${turn - 1}\n`);
    expect(naps.reduce((sum, nap) => sum + nap)).toBeLessThanOrEqual(1000);
  });

  /** The clock is asked when a reading begins, then in each look while a file is read, after it, and before the next. */
  function written(dir: string, when: (call: number) => boolean) {
    const texts = new Set<string>();
    let calls = 0;
    const reader = createSourceReader({
      limits: DEFAULT_SOURCE_LIMITS,
      now() {
        const text = `package a${calls}\n`;
        if (when(calls)) {
          writeFileSync(path.join(dir, 'a.rego'), text);
          texts.add(text);
        }
        return LATER + 40 * calls++;
      },
      sleep: () => Promise.resolve(),
    });
    return { reader, texts };
  }

  it('says so when no two looks agreed, and even then gives bytes that were whole in the file', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader, texts } = written(dir, (call) => call > 0 && call % 3 === 0);
    const set = await reader.read(dir);
    expect(set.unsettled).toBe(true);
    expect(texts).toContain(textOf(set));
  });

  it('fails rather than leave out a file that was never whole', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'b.rego': 'package b\n' });
    const { reader } = written(dir, () => true);
    await expect(reader.read(dir)).rejects.toMatchObject({ code: 'policy_unsettled', details: { file: 'a.rego' } });
  });

  it('reads only what moved, and gives the same set when nothing did', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'b.rego': 'package b\n' });
    const { reader } = scripted([], LATER);
    const first = await reader.read(dir);
    expect(await reader.read(dir)).toBe(first);
    await writeFile(path.join(dir, 'b.rego'), 'package c\n');
    const second = await reader.read(dir);
    expect(second.modules[0]?.bytes).toBe(first.modules[0]?.bytes);
    expect(textOf(second, 'b.rego')).toBe('package c\n');
  });

  it('sees a change of equal size whose times were put back', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const file = path.join(dir, 'a.rego');
    const { reader } = scripted([], LATER);
    await reader.read(dir);
    const { atime, mtime } = await stat(file);
    await writeFile(file, 'package b\n');
    await utimes(file, atime, mtime);
    expect(textOf(await reader.read(dir))).toBe('package b\n');
  });
});

describe('a glimpse', () => {
  it('names the set that a reading would give, without waiting', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader, naps } = scripted([]);
    const { found } = await reader.peek(dir, await reader.scan(dir));
    expect(naps).toEqual([]);
    expect(found).toBe(contentKey(await reader.read(dir)));
  });

  it('gives the failure that a reading would throw', async () => {
    const dir = await tempDir({ 'data.json': '{}' });
    const { reader } = scripted([], LATER);
    expect((await reader.peek(dir, await reader.scan(dir))).found).toMatchObject({ code: 'policy_no_modules' });
  });

  it('finds nothing where a file is not as it was scanned', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader } = scripted([], LATER);
    const scan = await reader.scan(dir);
    await writeFile(path.join(dir, 'a.rego'), 'package longer\n');
    expect(await reader.peek(dir, scan)).toEqual({ key: scan.key, found: undefined });
  });

  it('has a key that moves when a file does', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n' });
    const { reader } = scripted([], LATER);
    const { key } = await reader.peek(dir, await reader.scan(dir));
    expect((await reader.scan(dir)).key).toBe(key);
    await writeFile(path.join(dir, 'notes.txt'), 'x');
    expect((await reader.scan(dir)).key).toBe(key);
    await writeFile(path.join(dir, 'a.rego'), 'package b\n');
    expect((await reader.scan(dir)).key).not.toBe(key);
  });
});

describe('a glance at one file', () => {
  it('gives what a look at the whole folder gives when nothing else has changed', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'x/b.rego': 'package b\n' });
    const { reader } = scripted([]);
    const seen = await reader.scan(dir);
    await writeFile(path.join(dir, 'x/b.rego'), 'package c\n');
    const glance = await reader.glance(dir, seen, path.join(dir, 'x/b.rego'));
    const { key, files } = await reader.scan(dir);
    expect(glance).toMatchObject({ key, files });
    expect(key).not.toBe(seen.key);
  });

  it.each([
    ['is gone', (file: string) => rm(file)],
    ['is a folder now', (file: string) => rm(file).then(() => mkdir(file))],
    ['is a link now', (file: string) => rm(file).then(() => symlink('b.rego', file))],
    ['is larger than may be', (file: string) => truncate(file, DEFAULT_SOURCE_LIMITS.maxFileBytes + 1)],
    ['was a link', () => Promise.resolve(), 'link.rego'],
    ['was not there', (file: string) => writeFile(file, 'package c\n'), 'c.rego'],
  ])('says nothing of one that %s', async (_name, change, name = 'a.rego') => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'b.rego': 'package b\n', '.other': 'package d\n' });
    await symlink('.other', path.join(dir, 'link.rego'));
    const { reader } = scripted([]);
    const seen = await reader.scan(dir);
    const file = path.join(dir, name);
    await change(file);
    expect(await reader.glance(dir, seen, file)).toBeUndefined();
  });

  it('is no reading: of what was vouched for after it, a change that it did not see is read twice as ever', async () => {
    const dir = await tempDir({ 'a.rego': 'package a\n', 'b.rego': 'package b\n' });
    const { reader, naps } = scripted([], Date.now());
    const seen = await reader.scan(dir);
    await writeFile(path.join(dir, 'b.rego'), 'package');
    await writeFile(path.join(dir, 'a.rego'), 'package c\n');
    const glance = (await reader.glance(dir, seen, path.join(dir, 'a.rego'))) ?? seen;
    reader.vouch(glance.key);
    await reader.peek(dir, glance);
    await writeFile(path.join(dir, 'b.rego'), 'package d\n');
    expect(textOf(await reader.read(dir), 'b.rego')).toBe('package d\n');
    expect(naps.length).toBeGreaterThan(0);
  });
});
