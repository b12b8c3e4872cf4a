import { expect, it } from 'vitest';
import { kindOf } from '../../../src/policy/source-kind.js';

it.each([
  ['main.rego', 'module'],
  ['a/b/c.rego', 'module'],
  ['_test.rego', 'test'],
  ['a/main_test.rego', 'test'],
  ['data.json', 'data'],
  ['a/data.yaml', 'data'],
  ['a/b/data.yml', 'data'],
  ['judge/data.yaml', 'data'],
  ['data-sandbox.json', 'overlay'],
  ['a/data-sandbox.json', undefined],
  ['data-sandbox.yaml', undefined],
  ['judge/pii.yaml', 'judge'],
  ['judge/pii.yml', 'judge'],
  ['judge/sub/pii.yaml', undefined],
  ['a/judge/pii.yaml', undefined],
  ['pii.yaml', undefined],
  ['metadata.json', undefined],
  ['.hidden.rego', undefined],
  ['.data.json', undefined],
  ['main.rego~', undefined],
  ['#main.rego#', undefined],
  ['main.rego.bak', undefined],
  ['main.rego.swp', undefined],
  ['main.rego___jb_tmp___', undefined],
  ['4913', undefined],
  ['sedAbC123', undefined],
  ['main.REGO', undefined],
])('%s is read as %s', (path, kind) => {
  expect(kindOf(path)).toBe(kind);
});
