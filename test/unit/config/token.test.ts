import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import { ensureToken } from '../../../src/config/first-boot.js';
import { loadConfig } from '../../../src/config/load.js';
import { requireToken, resolveToken } from '../../../src/config/token.js';
import { tempDir, writeTree } from '../../helpers/temp-dir.js';

async function configure(files: Record<string, string> = {}): Promise<{ readonly config: Config; readonly dir: string }> {
  const dir = await tempDir(files);
  return { dir, config: loadConfig({ env: { DEFENSECLAW_HOME: dir } }) };
}

describe('the token ladder', () => {
  const yaml = 'gateway: {token: literal, token_env: MY_TOKEN}\ndata_dir: data\n';

  it.each([
    [
      'the named variable',
      { MY_TOKEN: 'a', DEFENSECLAW_GATEWAY_TOKEN: 'b', OPENCLAW_GATEWAY_TOKEN: 'c' },
      'a',
      'MY_TOKEN in the environment',
    ],
    ['its own variable', { MY_TOKEN: '', DEFENSECLAW_GATEWAY_TOKEN: 'b', OPENCLAW_GATEWAY_TOKEN: 'c' }, 'b', 'DEFENSECLAW_GATEWAY_TOKEN'],
    ['the OpenClaw variable', { OPENCLAW_GATEWAY_TOKEN: 'c' }, 'c', 'OPENCLAW_GATEWAY_TOKEN'],
    ['the config file', {}, 'literal', 'gateway.token in'],
  ])('finds it in %s', async (_where, env, token, source) => {
    const { config } = await configure({ 'config.yaml': yaml });
    const found = resolveToken(config, env);
    expect(found?.token).toBe(token);
    expect(found?.source).toContain(source);
  });

  it('finds it in .env files, home before data folder, and never over a real variable', async () => {
    const { config, dir } = await configure({
      'config.yaml': yaml,
      '.env': 'OPENCLAW_GATEWAY_TOKEN=from-home\n',
      'data/.env': 'OPENCLAW_GATEWAY_TOKEN=from-data\nDEFENSECLAW_GATEWAY_TOKEN=data-own\n',
    });
    expect(resolveToken(config, {})).toEqual({ token: 'data-own', source: `DEFENSECLAW_GATEWAY_TOKEN in ${dir}/data/.env` });
    expect(resolveToken(config, { DEFENSECLAW_GATEWAY_TOKEN: 'real' })?.token).toBe('real');
    await writeFile(path.join(dir, 'data/.env'), '');
    expect(resolveToken(config, {})?.token).toBe('from-home');
  });

  it('skips variables that steer processes in a .env file', async () => {
    const names = ['PATH', 'LD_PRELOAD', 'DYLD_INSERT_LIBRARIES', 'NODE_OPTIONS', 'DEFENSECLAW_ALLOW_ANYTHING', 'path'];
    for (const name of names) {
      const { config } = await configure({ 'config.yaml': `gateway: {token_env: ${name}}\n`, '.env': `${name}=stolen\n` });
      expect(resolveToken(config, {})).toBeUndefined();
    }
  });

  it('says so when there is none, and creates nothing', async () => {
    const { config, dir } = await configure();
    expect(() => requireToken(config, {})).toThrow(expect.objectContaining({ code: 'token_missing' }) as Error);
    expect(await readdir(dir)).toEqual([]);
  });

  it.each(['with space', 'ümlaut', 'x'.repeat(4097)])('refuses a token that no header carries: %j', async (token) => {
    const { config } = await configure();
    const env = { DEFENSECLAW_GATEWAY_TOKEN: token };
    expect(() => resolveToken(config, env)).toThrow(expect.objectContaining({ code: 'config_invalid' }) as Error);
  });

  it('does not take a .env file that cannot be read for an absent one', async () => {
    const { config, dir } = await configure();
    await mkdir(path.join(dir, '.env'));
    expect(() => resolveToken(config, {})).toThrow(expect.objectContaining({ code: 'config_unreadable' }) as Error);
    await expect(ensureToken(config, {})).rejects.toMatchObject({ code: 'config_unreadable' });
  });
});

describe('the first boot', () => {
  it('writes 64 hex digits into a private file and keeps the other lines', async () => {
    const { config, dir } = await configure({ '.env': '# mine\nOTHER=1' });
    const made = await ensureToken(config, {});
    expect(made).toMatchObject({ created: true, source: `DEFENSECLAW_GATEWAY_TOKEN in ${dir}/.env` });
    expect(made.token).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(path.join(dir, '.env'), 'utf8')).toBe(`# mine\nOTHER=1\nDEFENSECLAW_GATEWAY_TOKEN=${made.token}\n`);
    expect((await stat(path.join(dir, '.env'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['.env']);
  });

  it('makes the data folder and finds its own token the next time', async () => {
    const { dir } = await configure();
    const config = loadConfig({ env: { DEFENSECLAW_HOME: dir }, flags: { data_dir: path.join(dir, 'a/b') } });
    const made = await ensureToken(config, {});
    expect((await stat(path.join(dir, 'a/b'))).mode & 0o777).toBe(0o700);
    expect(await ensureToken(config, {})).toEqual({ ...made, created: false });
  });

  it('writes nothing when a token is configured', async () => {
    const { config, dir } = await configure();
    expect(await ensureToken(config, { DEFENSECLAW_GATEWAY_TOKEN: 'mine' })).toMatchObject({ token: 'mine', created: false });
    expect(await readdir(dir)).toEqual([]);
  });

  it('agrees on one token when many start at once', async () => {
    const { config, dir } = await configure({ '.env': 'OTHER=1\n' });
    const made = await Promise.all(Array.from({ length: 24 }, () => ensureToken(config, {})));
    const tokens = new Set(made.map(({ token }) => token));
    expect(tokens.size).toBe(1);
    expect(resolveToken(config, {})?.token).toBe([...tokens][0]);
    expect(await readdir(dir)).toEqual(['.env']);
    expect((await readFile(path.join(dir, '.env'), 'utf8')).split('\n')).toHaveLength(3);
  });

  it('goes on with the candidate of a starter that died', async () => {
    const { config, dir } = await configure({ '.env.first-boot': 'c'.repeat(64) });
    expect((await ensureToken(config, {})).token).toBe('c'.repeat(64));
    expect(await readdir(dir)).toEqual(['.env']);
  });

  it('keeps a .env that is a symlink', async () => {
    const { config, dir } = await configure();
    await writeTree(dir, { 'dotfiles/env': 'OTHER=1\n' });
    await symlink('dotfiles/env', path.join(dir, '.env'));
    const { token } = await ensureToken(config, {});
    expect(await readFile(path.join(dir, 'dotfiles/env'), 'utf8')).toContain(token);
  });
});
