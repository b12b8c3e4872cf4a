import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

import { locateBinary } from '../../../src/compiler/locate-binary.js';
import { tempDir } from '../../helpers/temp-dir.js';

test('the override wins over the built binary', async () => {
  const dir = await tempDir({ mine: '', built: '' });
  await chmod(path.join(dir, 'mine'), 0o755);
  await chmod(path.join(dir, 'built'), 0o755);
  expect(locateBinary({ override: path.join(dir, 'mine'), built: path.join(dir, 'built') })).toBe(path.join(dir, 'mine'));
  expect(locateBinary({ override: '', built: path.join(dir, 'built') })).toBe(path.join(dir, 'built'));
});

test('an override that cannot be executed is refused, and nothing else is tried', async () => {
  const dir = await tempDir({ plain: '', built: '' });
  await chmod(path.join(dir, 'built'), 0o755);
  for (const override of ['plain', 'absent']) {
    expect(() => locateBinary({ override: path.join(dir, override), built: path.join(dir, 'built') })).toThrow(
      expect.objectContaining({ code: 'compiler_missing', message: expect.stringContaining(override) as string }),
    );
  }
});

test('a missing binary says how to get one', () => {
  expect(() => locateBinary({ built: '/nowhere/rego-compiler' })).toThrow(
    expect.objectContaining({
      code: 'compiler_missing',
      message: expect.stringMatching(/\/nowhere\/rego-compiler.*Go >= 1\.25.*npm run build/s) as string,
    }),
  );
});
