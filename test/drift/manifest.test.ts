import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderManifest } from '../../src/reference/command-manifest.js';
import { ROOT } from '../helpers/policies.js';

describe('oclif.manifest.json', () => {
  it('says what the commands say, in order of their ids, so that a change shows as that change; `npm run manifest` renews it', async () => {
    const written = await readFile(path.join(ROOT, 'oclif.manifest.json'), 'utf8');
    const { commands } = JSON.parse(written) as { commands: object };
    expect(Object.keys(commands)).toEqual(Object.keys(commands).sort());
    expect(written).toBe(await renderManifest());
  });
});
