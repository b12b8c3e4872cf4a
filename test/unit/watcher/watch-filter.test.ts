import { lstat, mkdir, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFilter } from '../../../src/watcher/doorbell.js';
import { pathChain } from '../../../src/watcher/path-chain.js';
import { isHarmless, reasonFor } from '../../../src/watcher/watch-trouble.js';
import { tempDir } from '../../helpers/temp-dir.js';

describe('what is listened to', () => {
  it.each([
    ['a.rego', true],
    ['data.json', true],
    ['judge.yaml', true],
    ['suite.jsonl', true],
    ['notes.md', false],
    ['a.rego~', false],
    ['.git', false],
    ['.a.rego.swp', false],
  ])('%s: %s', async (name, listened) => {
    const dir = await tempDir({ [name]: '' });
    const ignored = createFilter([dir]);
    expect(!ignored(path.join(dir, name), await stat(path.join(dir, name)))).toBe(listened);
    expect(ignored(dir, await stat(dir))).toBe(false);
  });

  it.each(['/', '/proc'])('a link to %s is not followed, as no reading follows it', async (to) => {
    const dir = await tempDir({ 'deep/a.rego': '' });
    await symlink(to, path.join(dir, 'deep/all'));
    const ignored = createFilter([dir]);
    expect(ignored(path.join(dir, 'deep'), await stat(path.join(dir, 'deep')))).toBe(false);
    expect(ignored(path.join(dir, 'deep/all'), await stat(path.join(dir, 'deep/all')))).toBe(true);
  });

  it('each real folder under one name, so that links which lead to each other end', async () => {
    const dir = await tempDir();
    await mkdir(path.join(dir, 'a'));
    await symlink('..', path.join(dir, 'a/up'));
    await symlink('a', path.join(dir, 'b'));
    await mkdir(path.join(dir, '..2024'));
    const ignored = createFilter([dir]);
    const ask = async (name: string): Promise<boolean> => ignored(path.join(dir, name), await stat(path.join(dir, name)));
    expect(await ask('a')).toBe(false);
    expect(await ask('a')).toBe(false);
    expect(await ask('b')).toBe(true);
    expect(await ask('..2024')).toBe(false);
    expect(await ask('a/up')).toBe(true);
    expect(ignored(path.join(dir, 'b'), await lstat(path.join(dir, 'b')))).toBe(false);
    expect(ignored(path.join(dir, 'not-yet'))).toBe(false);
  });
});

describe('the way to a folder', () => {
  it('names every folder and link on it, links resolved', async () => {
    const dir = await tempDir({ 'v1/policies/rego/a.rego': '' });
    await symlink('v1', path.join(dir, 'current'));
    const chain = await pathChain(path.join(dir, 'current/policies/rego'));
    const below = chain.filter((link) => link.dir.startsWith(dir)).map((link) => path.relative(dir, path.join(link.dir, link.name)));
    expect(below).toEqual(['current', 'v1', 'v1/policies', 'v1/policies/rego']);
    expect(chain.find(({ name }) => name === 'current')?.is).toMatch(/>v1$/);
  });

  it('ends at the first name that is missing, and in a loop', async () => {
    const dir = await tempDir();
    expect((await pathChain(path.join(dir, 'gone/deeper'))).at(-1)).toEqual({ dir, name: 'gone', is: '' });
    await symlink('two', path.join(dir, 'one'));
    await symlink('one', path.join(dir, 'two'));
    expect((await pathChain(path.join(dir, 'one/x'))).length).toBeLessThan(1000);
  });

  it('tells a folder from another of the same name', async () => {
    const one = await tempDir({ 'p/.keep': '' });
    const two = await tempDir({ 'p/.keep': '' });
    expect((await pathChain(path.join(one, 'p'))).at(-1)?.is).not.toBe((await pathChain(path.join(two, 'p'))).at(-1)?.is);
  });
});

describe('trouble with listening', () => {
  it.each([
    ['ENOSPC', 'fs.inotify.max_user_watches'],
    ['EMFILE', 'fs.inotify.max_user_instances'],
    ['EACCES', 'may not be listened to'],
    ['EIO', 'EIO'],
  ])('%s says what to do', (code, advice) => {
    const error = Object.assign(new Error('x'), { code });
    expect(isHarmless(error)).toBe(false);
    expect(reasonFor(error)).toContain(advice);
  });

  it('a loop of links is none', () => {
    expect(isHarmless(Object.assign(new Error('x'), { code: 'ELOOP' }))).toBe(true);
  });
});
