import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { planGuardrailSettings } from '../../../src/config/guardrail-file.js';
import { createLiveGuardrail, flatGuardrail } from '../../../src/config/live-guardrail.js';
import { resolveLlm } from '../../../src/config/llm.js';
import { loadConfig } from '../../../src/config/load.js';
import { tempDir } from '../../helpers/temp-dir.js';

const YAML = `# top
gateway:
  api_port: 1 # keep me

guardrail:
  # the mode
  mode: observe
`;

describe('persisting guardrail settings', () => {
  it('changes its own lines and keeps every other one, the comments and the mode', async () => {
    const dir = await tempDir({ 'config.yaml': YAML });
    const file = path.join(dir, 'config.yaml');
    await chmod(file, 0o640);
    const { settings, previous } = await planGuardrailSettings(file, {
      mode: 'action',
      hilt_enabled: true,
      connector: 'OpenClaw',
    }).persist();
    expect(settings).toMatchObject({ mode: 'action', connector: 'openclaw', hilt: { enabled: true, min_severity: 'HIGH' } });
    const text = await readFile(file, 'utf8');
    expect(text).toContain('api_port: 1 # keep me');
    expect(text).toContain('# the mode\n  mode: action\n');
    expect(Buffer.from(previous ?? []).toString()).toBe(YAML);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(await readdir(dir)).toEqual(['config.yaml']);
  });

  it.each([
    ['no file', undefined],
    ['an empty file', ''],
    ['an empty section', 'guardrail:\n'],
    ['an empty section below', 'guardrail:\n  hilt:\n'],
  ])('works with %s', async (_what, yaml) => {
    const dir = await tempDir(yaml === undefined ? {} : { 'config.yaml': yaml });
    await planGuardrailSettings(path.join(dir, 'config.yaml'), { hilt_min_severity: 'critical', block_message: 'no: #1' }).persist();
    expect(loadConfig({ env: { DEFENSECLAW_HOME: dir } }).guardrail).toMatchObject({
      block_message: 'no: #1',
      hilt: { min_severity: 'CRITICAL' },
    });
  });

  it('goes back to the very bytes, unless somebody wrote meanwhile', async () => {
    const dir = await tempDir({ 'config.yaml': YAML });
    const file = path.join(dir, 'config.yaml');
    const first = await planGuardrailSettings(file, { mode: 'action' }).persist();
    expect(await first.rollback()).toBe(true);
    expect(await readFile(file, 'utf8')).toBe(YAML);
    const second = await planGuardrailSettings(file, { mode: 'action' }).persist();
    await writeFile(file, 'log: {level: warn}\n');
    expect(await second.rollback()).toBe(false);
    expect(await readFile(file, 'utf8')).toBe('log: {level: warn}\n');
  });

  it.each([
    ['a value that does not fit', YAML, { hilt_min_severity: 'dreadful' }],
    ['a file that is broken already', 'guardrail: [\n', { mode: 'action' as const }],
    ['a file with an unknown key', 'guardrial: {}\n', { mode: 'action' as const }],
  ])('leaves the file alone for %s', async (_what, yaml, patch) => {
    const dir = await tempDir({ 'config.yaml': yaml });
    const file = path.join(dir, 'config.yaml');
    expect(() => planGuardrailSettings(file, patch)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(await readFile(file, 'utf8')).toBe(yaml);
    expect(await readdir(dir)).toEqual(['config.yaml']);
  });
});

describe('live guardrail settings', () => {
  it('go live when they are on the disk, one update after the other', async () => {
    const dir = await tempDir({ 'config.yaml': YAML });
    const live = createLiveGuardrail(loadConfig({ env: { DEFENSECLAW_HOME: dir, DEFENSECLAW_GUARDRAIL_ENABLED: 'true' } }));
    const updates = await Promise.all([
      live.update({ mode: 'action' }),
      live.update({ hilt_enabled: true, mode: 'action' }),
      live.update({ block_message: 'stop' }),
    ]);
    expect(updates.map(({ changed }) => changed)).toEqual([['mode'], ['hilt_enabled'], ['block_message']]);
    expect(flatGuardrail(live.current)).toMatchObject({ mode: 'action', hilt_enabled: true, block_message: 'stop' });
    expect(live.current.enabled).toBe(true);
    const again = createLiveGuardrail(loadConfig({ env: { DEFENSECLAW_HOME: dir } }));
    expect(flatGuardrail(again.current)).toEqual(flatGuardrail(live.current));
  });

  it('can be taken back, and a failed update leaves the next one its turn', async () => {
    const dir = await tempDir({ 'config.yaml': YAML });
    const live = createLiveGuardrail(loadConfig({ env: { DEFENSECLAW_HOME: dir } }));
    const before = live.current;
    const update = await live.update({ mode: 'action' });
    expect(await update.undo()).toBe(true);
    expect(live.current).toBe(before);
    const bad = live.update({ hilt_min_severity: 'dreadful' });
    const good = live.update({ scanner_mode: 'local' });
    await expect(bad).rejects.toMatchObject({ code: 'config_invalid' });
    expect((await good).settings.scanner_mode).toBe('local');
  });

  it('stay, in memory and on the disk, when the config wants a restart for them', async () => {
    const dir = await tempDir({ 'config.yaml': 'gateway: {config_reload: {mode: restart}}\n' });
    const live = createLiveGuardrail(loadConfig({ env: { DEFENSECLAW_HOME: dir } }));
    expect(await live.update({ mode: 'action' })).toMatchObject({ live: false, changed: ['mode'] });
    expect(live.current.mode).toBe('observe');
    expect(loadConfig({ env: { DEFENSECLAW_HOME: dir } }).guardrail.mode).toBe('observe');
    expect(await live.update({ mode: 'observe' })).toMatchObject({ live: true, changed: [] });
  });
});

describe("the judge's provider", () => {
  const yaml = `llm: {model: a/b, base_url: "http://localhost:1/v1", api_key_env: SHARED_KEY, api_key: inline}
guardrail: {judge: {llm: {model: c/d, timeout: 250ms}}}
`;

  it.each([
    ['the named variable', { SHARED_KEY: 'named', DEFENSECLAW_LLM_KEY: 'general' }, yaml, 'named'],
    ['the file', { DEFENSECLAW_LLM_KEY: 'general' }, yaml, 'inline'],
    ['the general variable', { DEFENSECLAW_LLM_KEY: 'general' }, '', 'general'],
    ['nowhere', {}, '', undefined],
  ])('has its key from %s', async (_where, env, text, key) => {
    const dir = await tempDir({ 'config.yaml': text });
    expect(resolveLlm(loadConfig({ env: { DEFENSECLAW_HOME: dir } }), env).apiKey?.reveal()).toBe(key);
  });

  it('takes its own settings over the shared ones, key by key', async () => {
    const dir = await tempDir({ 'config.yaml': yaml });
    expect(resolveLlm(loadConfig({ env: { DEFENSECLAW_HOME: dir } }), {})).toMatchObject({
      model: 'c/d',
      baseUrl: 'http://localhost:1/v1',
      timeoutMs: 250,
      maxRetries: 2,
    });
  });
});
