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

function selected(run: string): unknown {
  return selectTests([TABLE], testSelection(run)).map(({ status, cases }) => [status, cases?.map(({ name }) => name.join('/'))]);
}

describe('the selection of tests', () => {
  it('keeps a table whose own name matches with all of its cases', () => {
    expect(selected('test_roles$')).toEqual([['fail', ['admin', ODD]]]);
  });

  it('keeps single cases, and the table is what they are', () => {
    expect(selected('test_roles.*admin')).toEqual([['pass', ['admin']]]);
    expect(selected('dev <stage> & "q"')).toEqual([['fail', [ODD]]]);
    expect(selected(String.raw`\["dev <stage>`)).toEqual([['fail', [ODD]]]);
  });

  it('drops a table of which nothing matches', () => {
    expect(selected('whoops')).toEqual([]);
  });

  it('refuses what is no regular expression as wrong usage', () => {
    expect(() => testSelection('(')).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });
});

describe('the name of a case', () => {
  it('is the reference that Rego would need', () => {
    expect(caseName(TABLE, ['admin', 'x y', '1'])).toBe('data.a_test.test_roles.admin["x y"]["1"]');
  });
});
