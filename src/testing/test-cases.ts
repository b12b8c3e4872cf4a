import type { TestOutcome } from '../compiler/protocol.js';
import { caseName, testName } from './test-name.js';

/** What passes or fails by itself: a test, or one case of a table test. */
export interface TestCase extends Omit<TestOutcome, 'cases' | 'durationNs'> {
  /** Below the package: `test_allow`, `test_roles.admin`. */
  readonly name: string;
  readonly fullName: string;
  readonly durationNs: number | undefined;
}

/** Every test, and every case of a table test in its place. A table that has no case, or erred as a whole, stands for itself. */
export function testCases(results: readonly TestOutcome[]): TestCase[] {
  return results.flatMap((test) => {
    const { cases = [], ...whole } = test;
    if (cases.length === 0 || test.status === 'error' || test.status === 'skip') return [{ ...whole, fullName: testName(test) }];
    const { package: pkg, location, explanation } = test;
    const apart = unclaimed(test);
    // The trace is of all cases, and stands once, behind the last one that it is read for.
    const explained = explanation === undefined ? -1 : cases.findLastIndex(({ status }) => status === 'fail');
    return cases.map(({ name, status, durationNs, failedAt, output = [] }, index): TestCase => {
      const fullName = caseName(test, name);
      return {
        ...{ package: pkg, name: fullName.slice(pkg.length + 1), fullName, location, status, durationNs },
        output: index === 0 ? [...apart, ...output] : output,
        ...(failedAt === undefined ? {} : { failedAt }),
        ...(index === explained ? { explanation } : {}),
      };
    });
  });
}

/** What a table printed and none of the cases did. */
export function unclaimed({ output, cases = [] }: Pick<TestOutcome, 'output' | 'cases'>): string[] {
  const left = [...output];
  for (const line of cases.flatMap((one) => one.output ?? [])) {
    const at = left.lastIndexOf(line);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

/** Tests by how they ended, each case of a table counted. */
export function tally(cases: readonly Pick<TestCase, 'status'>[]): Record<TestOutcome['status'], number> {
  const counts = { pass: 0, fail: 0, error: 0, skip: 0 };
  for (const { status } of cases) counts[status] += 1;
  return counts;
}
