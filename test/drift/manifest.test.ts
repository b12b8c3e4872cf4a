import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Plugin } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../helpers/policies.js';

describe('oclif.manifest.json', () => {
  it('says what the commands say; `npm run manifest` renews it', async () => {
    const plugin = new Plugin({ root: ROOT, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
    await plugin.load();
    const written = JSON.parse(await readFile(path.join(ROOT, 'oclif.manifest.json'), 'utf8')) as { version: string; commands: object };
    const { version, commands } = JSON.parse(JSON.stringify(plugin.manifest)) as typeof written;
    expect(written.version).toBe(version);
    expect(Object.keys(written.commands).sort()).toEqual(Object.keys(commands).sort());
    expect(written.commands).toEqual(commands);
  });
});
