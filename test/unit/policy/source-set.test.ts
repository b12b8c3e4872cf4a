import { execFile } from 'node:child_process';
import { cp, link, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import { diagnosticsOf } from '../../../src/policy/error-diagnostics.js';
import { DEFAULT_SOURCE_LIMITS, readSourceSet } from '../../../src/policy/source-reader.js';
import type { SourceFile, SourceLimits, SourceSet } from '../../../src/policy/source-set.js';
import { tempDir, writeTree } from '../../helpers/temp-dir.js';

/** Settling has tests of its own; here nothing moves. */
function read(dir: string, limits: Partial<SourceLimits> = {}): Promise<SourceSet> {
  return readSourceSet(dir, { limits: { ...DEFAULT_SOURCE_LIMITS, ...limits }, quietMs: 0 });
}

async function failure(reading: Promise<SourceSet>): Promise<GatewayError> {
  const thrown: unknown = await reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof GatewayError) return thrown;
  throw new Error('Expected a GatewayError', { cause: thrown });
}

/** Hard links to one file: an entry each, and little else. */
async function fillFolder(folder: string, entries: number): Promise<void> {
  const script = 'import os, sys\nfor n in range(int(sys.argv[2])): os.link(sys.argv[1] + "/x.txt", sys.argv[1] + "/%d" % n)';
  await promisify(execFile)('python3', ['-c', script, folder, String(entries)]);
}

const paths = (files: readonly SourceFile[]): string[] => files.map((file) => file.path);
const M = 'package m\n';

describe('what belongs to a set', () => {
  it('passes over ignored names at any depth, in every part', async () => {
    const dir = await tempDir({
      'rego/a.rego': M,
      'rego/deep/old/b.rego': M,
      'rego/deep/data.json': '{}',
      'judge/old': 'a: 1',
      'judge/x.yaml': 'a: 1',
    });
    const ignored = (name: string): boolean => name === 'old' || name === 'x.yaml';
    const set = await readSourceSet(dir, { limits: DEFAULT_SOURCE_LIMITS, quietMs: 0, ignored });
    expect([set.modules, set.data, set.judge].map(paths)).toEqual([['a.rego'], ['deep/data.json'], []]);
  });

  it('sorts every file into its part, at any depth', async () => {
    const dir = await tempDir({
      'rego/b.rego': M,
      'rego/a.rego': M,
      'rego/deep/er/c.rego': M,
      'rego/a_test.rego': M,
      'rego/data.json': '{}',
      'rego/deep/data.yaml': 'x: 1',
      'rego/data-b.json': '{}',
      'rego/data-a.json': '{}',
      'rego/deep/data-c.json': '{}',
      'rego/README.md': 'text',
      'rego/.git/x.rego': M,
      'rego/.y.rego': M,
      'rego/a.rego~': M,
      'judge/pii.yaml': 'a: 1',
      'judge/sub/not.yaml': 'a: 1',
    });
    const set = await read(dir);
    expect(set.root).toBe(path.join(dir, 'rego'));
    expect(paths(set.modules)).toEqual(['a.rego', 'b.rego', 'deep/er/c.rego']);
    expect(paths(set.tests)).toEqual(['a_test.rego']);
    expect(paths(set.data)).toEqual(['data.json', 'deep/data.yaml']);
    expect(paths(set.overlays)).toEqual(['data-a.json', 'data-b.json']);
    expect(paths(set.judge)).toEqual(['judge/pii.yaml']);
    expect(set.unsettled).toBe(false);
  });

  it.each([
    ['rego/ when it holds a module deep down', { 'rego/x/y/a.rego': M, 'flat.rego': M }, 'rego'],
    ['rego/ when it holds nothing but tests', { 'rego/a_test.rego': M, 'rego/b.rego': M, 'flat.rego': M }, 'rego'],
    ['the folder itself when rego/ holds no .rego file', { 'rego/data.json': '{}', 'flat.rego': M }, ''],
    ['the folder itself when there is no rego/', { 'flat.rego': M }, ''],
  ])('is read from %s', async (_name, files, root) => {
    const dir = await tempDir(files);
    expect((await read(dir)).root).toBe(path.join(dir, root));
  });

  it('takes judge files beside the modules when there are none beside rego/', async () => {
    const dir = await tempDir({ 'rego/a.rego': M, 'rego/judge/pii.yaml': 'x: 1' });
    expect(paths((await read(dir)).judge)).toEqual(['judge/pii.yaml']);
    await writeTree(dir, { 'judge/exfil.yaml': 'y: 1' });
    expect(paths((await read(dir)).judge)).toEqual(['judge/exfil.yaml']);
  });

  it('keeps a byte-order mark in a module: the compiler skips it', async () => {
    const dir = await tempDir({ 'a.rego': `\uFEFF${M}` });
    expect((await read(dir)).modules[0]?.bytes.slice(0, 3)).toEqual(new Uint8Array([0xef, 0xbb, 0xbf]));
  });
});

describe('symlinks', () => {
  it('loads a ConfigMap mount once, under the names that are meant', async () => {
    const dir = await tempDir({ '..2024/a.rego': M, '..2024/data.json': '{}' });
    await symlink('..2024', path.join(dir, '..data'));
    for (const name of ['a.rego', 'data.json']) await symlink(`..data/${name}`, path.join(dir, name));
    const set = await read(dir);
    expect([...paths(set.modules), ...paths(set.data)]).toEqual(['a.rego', 'data.json']);
  });

  it('ends in loops', async () => {
    const dir = await tempDir({ 'a/x.rego': M, 'b/y.rego': M });
    for (const [from, to] of [
      ['a/up', '..'],
      ['a/b1', '../b'],
      ['a/b2', '../b'],
      ['b/a1', '../a'],
      ['b/self', '.'],
      ['self', 'self'],
    ] as const)
      await symlink(to, path.join(dir, from));
    expect(paths((await read(dir)).modules)).toEqual(['a/x.rego', 'b/y.rego']);
  });

  it('loads a folder with several names once, preferring the one without links', async () => {
    const dir = await tempDir({ 'z/x.rego': M });
    await symlink('z', path.join(dir, 'a'));
    expect(paths((await read(dir)).modules)).toEqual(['z/x.rego']);
  });

  it('follows links out of the folder, each target once', async () => {
    const dir = await tempDir({ 'policies/own.rego': M, 'shared/x.rego': M, 'shared/one.rego': M });
    await symlink('../shared', path.join(dir, 'policies/l1'));
    await symlink('../shared', path.join(dir, 'policies/l2'));
    await symlink('../shared/one.rego', path.join(dir, 'policies/one.rego'));
    expect(paths((await read(path.join(dir, 'policies'))).modules)).toEqual(['l1/one.rego', 'l1/x.rego', 'own.rego'].sort());
  });

  it('loads one data file at each place that links to it: the folder is its meaning', async () => {
    const dir = await tempDir({ 'a.rego': M, 'x/data.json': '1', 'y/.keep': '' });
    await symlink('../x/data.json', path.join(dir, 'y/data.json'));
    expect(paths((await read(dir)).data)).toEqual(['x/data.json', 'y/data.json']);
  });

  it('takes hard links for the files that they are', async () => {
    const dir = await tempDir({ 'a.rego': M });
    await link(path.join(dir, 'a.rego'), path.join(dir, 'b.rego'));
    expect(paths((await read(dir)).modules)).toEqual(['a.rego', 'b.rego']);
  });

  it('reads through a policy folder that is a link', async () => {
    const dir = await tempDir({ 'r1/rego/a.rego': M });
    await symlink('r1', path.join(dir, 'current'));
    expect((await read(path.join(dir, 'current'))).root).toBe(path.join(dir, 'current/rego'));
  });

  it('ignores a link to nowhere that is no source, as Emacs leaves them', async () => {
    const dir = await tempDir({ 'a.rego': M });
    await symlink('user@host.1:2', path.join(dir, '.#a.rego'));
    await symlink('gone', path.join(dir, 'notes'));
    expect(paths((await read(dir)).modules)).toEqual(['a.rego']);
  });
});

describe('ids', () => {
  const files = { 'a.rego': M, 'b.rego': M, 'a_test.rego': M, 'data.json': '{}', 'data-x.json': '{}', 'judge/pii.yaml': 'a: 1' };

  it.each([
    ['a module', { 'a.rego': 'package n\n' }, ['id', 'modulesId']],
    ['a test', { 'a_test.rego': 'package n\n' }, ['checksId']],
    ['data', { 'data.json': '{"a":1}' }, ['id', 'judgeId']],
    ['an overlay', { 'data-x.json': '{"a":1}' }, ['id', 'judgeId']],
    ['a judge file', { 'judge/pii.yaml': 'a: 2' }, ['id', 'judgeId']],
    ['a file that is not read', { 'notes.txt': 'x' }, []],
  ])('%s moves the ids that depend on it', async (_name, change, moved) => {
    const before = await read(await tempDir(files));
    const after = await read(await tempDir({ ...files, ...change }));
    const ids = ['id', 'checksId', 'modulesId', 'judgeId'] as const;
    expect(ids.filter((id) => before[id] !== after[id])).toEqual(moved);
    expect(before.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('depends on names and bytes alone, not on times, order or place', async () => {
    const one = await tempDir(files);
    const two = await tempDir();
    await cp(one, two, { recursive: true });
    await rename(path.join(two, 'b.rego'), path.join(two, 'c.rego'));
    expect((await read(two)).id).not.toBe((await read(one)).id);
    await rename(path.join(two, 'c.rego'), path.join(two, 'b.rego'));
    expect((await read(two)).id).toBe((await read(one)).id);
  });

  it('cannot be confused by moving bytes between names and files', async () => {
    const one = await read(await tempDir({ 'a.rego': 'xb.regoy', 'c.rego': '' }));
    const two = await read(await tempDir({ 'a.rego': 'x', 'b.rego': 'y', 'c.rego': '' }));
    expect(one.id).not.toBe(two.id);
  });
});

describe('refused folders', () => {
  it.each<[string, Record<string, string | Uint8Array>, Partial<SourceLimits>, string, Record<string, unknown>]>([
    ['no module', { 'a_test.rego': M, 'data.json': '{}' }, {}, 'policy_no_modules', {}],
    ['an empty folder', {}, {}, 'policy_no_modules', {}],
    ['too many files', { 'a.rego': M, 'b.rego': M, 'c.rego': M }, { maxFiles: 2 }, 'policy_too_many_files', { limit: 2 }],
    [
      'a file too large',
      { 'x/a.rego': M.repeat(3) },
      { maxFileBytes: 29 },
      'policy_file_too_large',
      { file: 'x/a.rego', size: 30, limit: 29 },
    ],
    ['too much in all', { 'a.rego': M, 'b.rego': M }, { maxTotalBytes: 19 }, 'policy_too_large', { size: 20 }],
    [
      'no UTF-8',
      { 'a.rego': Buffer.concat([Buffer.from('é\uFFFD\nab'), Buffer.from([0xc3, 0x28])]) },
      {},
      'policy_not_utf8',
      { file: 'a.rego', offset: 8, row: 2, col: 3 },
    ],
    [
      'a cut character at the end',
      { 'a.rego': Buffer.concat([Buffer.from('ab'), Buffer.from([0xe2, 0x82])]) },
      {},
      'policy_not_utf8',
      { offset: 2, row: 1, col: 3 },
    ],
  ])('%s', async (_name, files, limits, code, details) => {
    const dir = await tempDir(files);
    const error = await failure(read(dir, limits));
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject(details);
  });

  it('tests alone, but for whoever wants nothing else', async () => {
    const options = { limits: DEFAULT_SOURCE_LIMITS, quietMs: 0, testsAlone: true };
    const found = await readSourceSet(await tempDir({ 'a_test.rego': M, 'data.json': '{}' }), options);
    expect([found.modules, found.tests.map((file) => file.path)]).toEqual([[], ['a_test.rego']]);
    expect((await failure(readSourceSet(await tempDir({ 'data.json': '{}' }), options))).code).toBe('policy_no_modules');
  });

  it('a folder that is not there, or no folder', async () => {
    const dir = await tempDir({ 'file.rego': M });
    for (const name of ['gone', 'gone/deeper', 'file.rego'])
      expect((await failure(read(path.join(dir, name)))).code).toBe('policy_dir_missing');
  });

  it('rego/ that is no folder is not passed over', async () => {
    const dir = await tempDir({ rego: 'text', 'a.rego': M });
    expect(await failure(read(dir))).toMatchObject({ code: 'policy_unreadable', details: { file: 'rego' } });
  });

  it('a module that links nowhere is named', async () => {
    const dir = await tempDir({ 'a.rego': M });
    await symlink('gone', path.join(dir, 'b.rego'));
    const error = await failure(read(dir));
    expect(error).toMatchObject({ code: 'policy_unreadable', details: { file: 'b.rego', system: 'ENOENT' } });
    // Whoever shows the finding says the place; the error says it in its text.
    expect(error.message).toBe('b.rego: the link leads nowhere (ENOENT)');
    expect(diagnosticsOf(error)).toMatchObject([{ message: 'the link leads nowhere (ENOENT)', file: 'b.rego' }]);
  });

  it('special files are named and never opened, all of them in one answer', async () => {
    const dir = await tempDir({ 'a.rego': M });
    await mkdir(path.join(dir, 'x'));
    for (const name of ['pipe.rego', 'x/data.json']) await promisify(execFile)('mkfifo', [path.join(dir, name)]);
    await symlink('/dev/null', path.join(dir, 'null.rego'));
    const error = await failure(read(dir));
    expect(error.code).toBe('policy_unreadable');
    expect(diagnosticsOf(error).map(({ file }) => file)).toEqual(['pipe.rego', 'x/data.json', 'null.rego']);
  });

  it.each([
    ['all of the machine', '/', 'holds the policy folder itself'],
    ['another file system', '/proc', 'is on another file system'],
    ['a file of another file system', '/proc/self/environ', 'is on another file system'],
    ['a folder above', '../..', 'holds the policy folder itself'],
  ])('a link to %s is named and not followed', async (_name, to, why) => {
    const dir = await tempDir({ 'policies/rego/a.rego': M, 'policies/rego/deep/b.rego': M });
    const link = to.startsWith('/proc/') ? 'deep/data.json' : 'deep/all';
    await symlink(to.startsWith('/') ? to : path.join(dir), path.join(dir, 'policies/rego', link));
    const error = await failure(read(path.join(dir, 'policies')));
    expect(error).toMatchObject({ code: 'policy_link_refused', details: { file: link } });
    expect(error.message).toContain(why);
    expect(diagnosticsOf(error)).toMatchObject([{ file: link }]);
  });

  it('a link of another file system that is no source, or a device, is no matter of links', async () => {
    const dir = await tempDir({ 'a.rego': M });
    await symlink('/proc/self/environ', path.join(dir, 'notes'));
    expect(paths((await read(dir)).modules)).toEqual(['a.rego']);
  });

  it.each(['rego', 'judge'])('%s/ that leads to a folder around the policies is named', async (name) => {
    const dir = await tempDir({ 'policies/a.rego': M, ...(name === 'judge' ? { 'policies/rego/b.rego': M } : {}) });
    await symlink('/', path.join(dir, 'policies', name));
    expect(await failure(read(path.join(dir, 'policies')))).toMatchObject({ code: 'policy_link_refused', details: { file: name } });
  });

  it('folders beyond the depth that is listened to are named', async () => {
    const deep = Array<string>(65).fill('d').join('/');
    const dir = await tempDir({ 'a.rego': M, [`${deep}/b.rego`]: M });
    expect(await failure(read(dir))).toMatchObject({ code: 'policy_unreadable', details: { file: deep, limit: 64 } });
  });

  it('more entries than a policy folder can have are counted no further, and the place is named', async () => {
    const files = Object.fromEntries(Array.from({ length: 3 }, (_, folder) => [`big/${folder}/x.txt`, '']));
    const dir = await tempDir({ 'a.rego': M, ...files });
    for (let folder = 0; folder < 3; folder++) await fillFolder(path.join(dir, 'big', String(folder)), 40_000);
    const limits = { ...DEFAULT_SOURCE_LIMITS, maxFiles: 10 };
    const error = await failure(readSourceSet(dir, { limits, quietMs: 0, readTimeoutMs: 60_000 }));
    expect(error).toMatchObject({ code: 'policy_too_many_files', details: { limit: 100_000, file: 'big' } });
  }, 120_000);

  it('takes no longer than its time, and says so', async () => {
    const dir = await tempDir({ 'a.rego': M });
    const reading = readSourceSet(dir, { limits: DEFAULT_SOURCE_LIMITS, readTimeoutMs: 0 });
    expect(await failure(reading)).toMatchObject({ code: 'policy_read_timeout', details: { timeoutMs: 0 } });
  });

  it('a replacement character that was written as one is text', async () => {
    expect((await read(await tempDir({ 'a.rego': '# \uFFFD\n' }))).modules).toHaveLength(1);
  });

  it('what is no source may be anything', async () => {
    const dir = await tempDir({ 'a.rego': M, 'broken.txt': Buffer.from([0xff]) });
    await promisify(execFile)('mkfifo', [path.join(dir, 'pipe')]);
    await writeFile(path.join(dir, 'large.bin'), Buffer.alloc(100));
    expect((await read(dir, { maxFileBytes: 50 })).modules).toHaveLength(1);
  });
});
