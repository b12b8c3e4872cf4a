import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

it('a reload warns of what is unused and of data that is not there, in its answer and in the log, and takes hints along', async () => {
  const dir = await tempDir({ 'a.rego': 'package a\n\nx := data.app.roles\n', 'app/data.json': '{"roles": {}}' });
  const { call, log } = await startTestGateway(dir, { 'gateway.watcher.enabled': false, 'gates.tests': 'off' });
  expect(log.records.some(({ message }) => message.startsWith('policy warning'))).toBe(false);

  await writeFile(path.join(dir, 'a.rego'), 'package a\n\nimport data.b\n\nx := data.app.rolse\n');
  const unused = { severity: 'warning', code: 'rego_strict', file: 'a.rego', row: 3 };
  const missing = { severity: 'warning', code: 'data_undefined', file: 'a.rego', row: 5, hint: 'did you mean data.app.roles?' };
  expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: true, warnings: [unused, missing] });
  expect(log.records.map(({ level, message }) => ({ level, message }))).toContainEqual({
    level: 'warn',
    message: 'policy warning: a.rego:3:1: import data.b unused (and 1 more)',
  });

  // Data alone changes: nothing is compiled, and what the modules read is held against it all the same.
  await writeFile(path.join(dir, 'app/data.json'), '{"rolse": {}}');
  const mended = (await call('POST', '/policy/reload')).json() as { readonly warnings: unknown };
  expect(mended.warnings).toEqual([expect.objectContaining(unused)]);

  await writeFile(path.join(dir, 'a.rego'), 'package a\n\nx if startwith(input.x, "y")\n');
  const refused = (await call('POST', '/policy/reload')).json();
  expect(refused).toMatchObject({ code: 'policy_rejected', diagnostics: [{ hint: 'did you mean startswith?' }] });
  expect(refused['error']).toContain('undefined function startwith (did you mean startswith?)');
});
