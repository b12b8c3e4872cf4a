import path from 'node:path';
import { expect, it } from 'vitest';
import { silentLog } from '../../../src/log.js';
import { removeLeftovers } from '../../../src/serving/private-folder.js';
import { tempDir } from '../../helpers/temp-dir.js';

it('leaves what killed gateways left behind where nobody can look for it, and says so', async () => {
  const parent = path.join(await tempDir(), 'gone');
  const said: string[] = [];
  const log = { ...silentLog, warn: (_fields: object, message: string) => void said.push(message) };
  await expect(removeLeftovers(path.join(parent, 'defenseclaw-AbCdEf'), log)).resolves.toBeUndefined();
  expect(said).toEqual(['what gateways that were killed had left behind could not be looked for']);
});
