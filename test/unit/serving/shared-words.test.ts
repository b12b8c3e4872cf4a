import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GATEWAY_WORDS } from '../../../src/serving/gateway-words.js';
import { SharedWords } from '../../../src/serving/shared-words.js';
import { tempDir } from '../../helpers/temp-dir.js';

describe('shared words', () => {
  it('begin at zero and leave no file behind', async () => {
    const folder = await tempDir();
    const words = SharedWords.create(folder, GATEWAY_WORDS);
    expect([words.read('generation'), words.read('lists'), words.read('settings')]).toEqual([0, 0, 0]);
    expect(await readdir(folder)).toEqual([]);
    words.close();
  });

  it('are seen by every holder of the file, each for itself', async () => {
    const writer = SharedWords.create(await tempDir(), GATEWAY_WORDS);
    const reader = new SharedWords(writer.fd, GATEWAY_WORDS);
    writer.write('generation', 7);
    expect(reader.read('generation')).toBe(7);
    expect(writer.bump('lists')).toBe(1);
    expect(writer.bump('lists')).toBe(2);
    writer.write('settings', 2 ** 32 - 1);
    expect([reader.read('generation'), reader.read('lists'), reader.read('settings')]).toEqual([7, 2, 2 ** 32 - 1]);
    expect(writer.bump('settings')).toBe(0);
    writer.close();
  });
});
