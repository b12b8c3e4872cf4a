import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseFolder } from '../../../src/cli/policy-folder.js';
import type { FolderNames } from '../../../src/cli/policy-folder.js';
import { loadConfig } from '../../../src/config/load.js';
import { tempDir } from '../../helpers/temp-dir.js';

const MODULE = 'package app\n\nallow if input.ok\n';

async function choose(names: Partial<FolderNames> & { readonly cwd: string }, policyDir?: string): ReturnType<typeof chooseFolder> {
  const config = loadConfig({ flags: { policy_dir: policyDir }, env: {}, userHome: await tempDir() });
  return chooseFolder({ argument: undefined, flag: undefined, ...names }, config);
}

describe('the folder to work on', () => {
  it('is the one that is named, by argument or flag, and nobody is told why', async () => {
    const cwd = await tempDir({ 'policies/app.rego': MODULE });
    const other = { dir: path.join(cwd, 'other'), why: undefined };
    expect(await choose({ cwd, argument: './other' })).toEqual(other);
    expect(await choose({ cwd, flag: 'other' })).toEqual(other);
    expect(await choose({ cwd, argument: './other', flag: 'other' }, '/configured')).toEqual(other);
    await expect(choose({ cwd, argument: './other', flag: 'policies' })).rejects.toMatchObject({
      code: 'usage',
      message: 'Expected one policy folder, got ./other and --rego-dir policies',
    });
  });

  it('is the configured one rather than what lies about', async () => {
    const cwd = await tempDir({ 'policies/app.rego': MODULE });
    expect(await choose({ cwd }, '/configured')).toEqual({ dir: '/configured', why: 'policy_dir of the configuration' });
  });

  it('is ./policies, else . when it holds Rego some folders down', async () => {
    const cwd = await tempDir({ 'policies/a/b/c/app.rego': MODULE, 'top.rego': MODULE });
    expect(await choose({ cwd })).toEqual({ dir: path.join(cwd, 'policies'), why: './policies' });
    const inside = path.join(cwd, 'policies/a');
    expect(await choose({ cwd: inside })).toEqual({ dir: inside, why: '. holds Rego' });
  });

  it('is that of a gateway where nothing lies about; packages, hidden folders and files are not looked into', async () => {
    const cwd = await tempDir({
      ...{ 'node_modules/x/a.rego': MODULE, '.git/a.rego': MODULE, '.hidden.rego': MODULE },
      ...{ 'folder.rego/readme.md': '', policies: 'a file' },
    });
    const { dir, why } = await choose({ cwd });
    expect(path.basename(dir)).toBe('policies');
    expect(path.dirname(path.dirname(dir))).not.toBe(cwd);
    expect(why).toBe('the folder of the gateway; neither ./policies nor . holds Rego');
  });
});
