import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../../src/config/make-folder.js';
import { tempDir } from '../../helpers/temp-dir.js';

it('makes folders for this user alone, again and again', async () => {
  const folder = path.join(await tempDir(), 'a/b');
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it.runIf(existsSync('/proc/self'))('comes back where no folder can be made', () => {
  expect(() => makeFolder('/proc/nowhere/deep')).toThrow(/ENOENT/u);
});
