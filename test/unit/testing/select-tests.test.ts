import { describe, expect, it } from 'vitest';
import type { TestOutcome } from '../../../src/compiler/protocol.js';
import { selectTests, testSelection } from '../../../src/testing/select-tests.js';
import { caseName } from '../../../src/testing/test-name.js';

const ODD = 'dev <stage> & "q"';

const TABLE: TestOutcome = {
  ...{ package: 'data.a_test', name: 'test_roles', location: { file: 'a_test.rego', row: 3, col: 1 }, status: 'fail', durationNs: 1 },
  output: [],
  cases: [
    { name: ['admin'], status: 'pass' },
    { name: [ODD], status: 'fail' },
  ],
};

async function selected(run: string): Promise<unknown> {
  return selectTests([TABLE], await testSelection(run)).map(({ status, cases }) => [status, cases?.map(({ name }) => name.join('/'))]);
}

describe('the selection of tests', () => {
  it('keeps a table whose own name matches with all of its cases', async () => {
    await expect(selected('test_roles$')).resolves.toEqual([['fail', ['admin', ODD]]]);
  });

  it('keeps single cases, and the table is what they are', async () => {
    await expect(selected('test_roles.*admin')).resolves.toEqual([['pass', ['admin']]]);
    await expect(selected('dev <stage> & "q"')).resolves.toEqual([['fail', [ODD]]]);
    await expect(selected(String.raw`\["dev <stage>`)).resolves.toEqual([['fail', [ODD]]]);
  });

  it('drops a table of which nothing matches', async () => {
    await expect(selected('whoops')).resolves.toEqual([]);
  });

  it('refuses what is no regular expression as wrong usage', async () => {
    await expect(testSelection('(')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('the name of a case', () => {
  it('is the reference that Rego would need', () => {
    expect(caseName(TABLE, ['admin', 'x y', '1'])).toBe('data.a_test.test_roles.admin["x y"]["1"]');
  });
});
