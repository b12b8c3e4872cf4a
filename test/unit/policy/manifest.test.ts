import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SOURCE_LIMITS, readSourceSet } from '../../../src/policy/source-reader.js';
import type { SourceSet } from '../../../src/policy/source-set.js';
import { tempDir } from '../../helpers/temp-dir.js';

const M = 'package m\n';

/** Settling has tests of its own; here nothing moves. */
function read(dir: string, regoVersion: 'v0' | 'v1' = 'v1'): Promise<SourceSet> {
  return readSourceSet(dir, { limits: DEFAULT_SOURCE_LIMITS, quietMs: 0, regoVersion });
}

/** Paths of modules and tests that are read as v0. */
async function old(files: Readonly<Record<string, string>>, regoVersion: 'v0' | 'v1' = 'v1'): Promise<string[]> {
  const { modules, tests } = await read(await tempDir(files), regoVersion);
  return [...modules, ...tests].filter((file) => file.regoVersion === 'v0').map((file) => file.path);
}

describe('the Rego version of a module', () => {
  it('is the configured one without a manifest', async () => {
    expect(await old({ 'a.rego': M, 'a_test.rego': M })).toEqual([]);
    expect(await old({ 'a.rego': M, 'a_test.rego': M }, 'v0')).toEqual(['a.rego', 'a_test.rego']);
  });

  it.each([
    ['the whole bundle', { rego_version: 0 }, ['a.rego', 'v/b.rego', 'v/w/c.rego']],
    ['one file', { file_rego_versions: { '/v/b.rego': 0 } }, ['v/b.rego']],
    ['a star that crosses folders', { file_rego_versions: { '/v/*': 0 } }, ['v/b.rego', 'v/w/c.rego']],
    ['a pattern over the bundle', { rego_version: 0, file_rego_versions: { '*/v/w/*': 1 } }, ['a.rego', 'v/b.rego']],
    ['the first pattern in their order', { file_rego_versions: { '/v/b.rego': 1, '/v/*': 0 } }, ['v/b.rego', 'v/w/c.rego']],
    ['a manifest that says nothing of it', { revision: 'x', roots: [''], metadata: { rego_version: 0 } }, []],
  ])('comes from the manifest: %s', async (_name, manifest, expected) => {
    const files = { '.manifest': JSON.stringify(manifest), 'a.rego': M, 'v/b.rego': M, 'v/w/c.rego': M };
    expect(await old(files)).toEqual(expected);
  });

  it('comes from the manifest beside rego/, whose names begin with that folder; one inside is nearer', async () => {
    const files = { 'rego/a.rego': M, 'rego/v/b.rego': M };
    expect(await old({ ...files, '.manifest': '{"rego_version":0}' })).toEqual(['a.rego', 'v/b.rego']);
    expect(await old({ ...files, '.manifest': '{"file_rego_versions":{"/rego/v/*":0}}' })).toEqual(['v/b.rego']);
    expect(await old({ ...files, '.manifest': '{"rego_version":0}', 'rego/v/.manifest': '{"rego_version":1}' })).toEqual(['a.rego']);
    await expect(old({ ...files, '.manifest': '{"rego_version":7}' })).rejects.toMatchObject({ code: 'policy_manifest_invalid' });
  });

  it('comes from the nearest manifest of several, whatever is configured', async () => {
    const files = {
      ...{ 'old/.manifest': '{"rego_version":0,"file_rego_versions":{"/new.rego":1}}', 'old/a.rego': M, 'old/new.rego': M },
      ...{ 'new/.manifest': '{"rego_version":1}', 'new/b.rego': M, 'none/c.rego': M },
    };
    expect(await old(files)).toEqual(['old/a.rego']);
    expect(await old(files, 'v0')).toEqual(['none/c.rego', 'old/a.rego']);
  });

  it('makes another revision of the same bytes, and other words in a manifest make none', async () => {
    const dir = await tempDir({ 'a.rego': M, 'a_test.rego': M });
    const plain = await read(dir);
    await writeFile(path.join(dir, '.manifest'), '{"rego_version":1,"revision":"one"}');
    expect((await read(dir)).id).toBe(plain.id);
    await writeFile(path.join(dir, '.manifest'), '{"rego_version":0}');
    const changed = await read(dir);
    expect(changed.id).not.toBe(plain.id);
    expect(changed.modulesId).not.toBe(plain.modulesId);
    expect((await read(dir, 'v0')).id).toBe(changed.id);
  });

  it('is found through the links of a mounted ConfigMap', async () => {
    const dir = await tempDir({ '..2026/.manifest': '{"rego_version":0}', '..2026/a.rego': M });
    await symlink('..2026', path.join(dir, '..data'));
    await symlink('..data/.manifest', path.join(dir, '.manifest'));
    await symlink('..data/a.rego', path.join(dir, 'a.rego'));
    expect((await read(dir)).modules.map((file) => [file.path, file.regoVersion])).toEqual([['a.rego', 'v0']]);
  });

  it('is not asked of folders that are called like a manifest', async () => {
    const dir = await tempDir({ 'a.rego': M, 'elsewhere/b.rego': M });
    await mkdir(path.join(dir, '.manifest'));
    await writeFile(path.join(dir, '.manifest', 'c.rego'), M);
    await mkdir(path.join(dir, 'deep'));
    await symlink('../.manifest', path.join(dir, 'deep', '.manifest'));
    expect((await read(dir)).modules.map((file) => file.path)).toEqual(['a.rego', 'elsewhere/b.rego']);
  });

  it.each([
    ['{"rego_version":2}', '.manifest: rego_version: Expected 0 or 1'],
    ['{"rego_version":"v0"}', '.manifest: rego_version: Expected 0 or 1'],
    ['{"file_rego_versions":{"/a":7}}', '.manifest: file_rego_versions./a: Expected 0 or 1'],
    ['{"file_rego_versions":{"*a*b*c*d*e":0}}', '.manifest: file_rego_versions: Expected at most 4 stars in "*a*b*c*d*e"'],
    ['[]', '.manifest: : Invalid input: expected object, received array'],
    ['{', '.manifest: 1:2: Expected a key in double quotes, got the end of the file'],
  ])('is refused when the manifest is %s', async (text, message) => {
    await expect(old({ '.manifest': text, 'a.rego': M })).rejects.toMatchObject({
      code: 'policy_manifest_invalid',
      message,
      details: { file: '.manifest' },
    });
  });
});
