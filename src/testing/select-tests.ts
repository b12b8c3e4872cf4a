import type { RE2JS } from 're2js';
import type { TestOutcome } from '../compiler/protocol.js';
import { GatewayError } from '../errors.js';
import { unclaimed } from './test-cases.js';
import { caseName, testName } from './test-name.js';

/** Says whether a test, or the case at `path` of it, is wanted. */
export type TestSelection = (test: Pick<TestOutcome, 'package' | 'name'>, path?: readonly string[]) => boolean;

/**
 * By a regular expression over full names. The name of a case counts as Rego spells it and as the policy spells it, without
 * brackets and escapes. Throws `usage`.
 */
export async function testSelection(run: string | undefined): Promise<TestSelection> {
  if (run === undefined) return () => true;
  const pattern = await compile(run);
  const matches = (name: string): boolean => pattern.matcher(name).find();
  return (test, path) => {
    if (matches(testName(test))) return true;
    return path !== undefined && (matches(caseName(test, path)) || matches([testName(test), ...path].join('.')));
  };
}

/** The wanted tests; of a table test that is not wanted as a whole, the wanted cases. */
export function selectTests(results: readonly TestOutcome[], wanted: TestSelection): TestOutcome[] {
  return results.flatMap((test) => {
    if (wanted(test)) return [test];
    const cases = (test.cases ?? []).filter(({ name }) => wanted(test, name));
    if (cases.length === 0) return [];
    const output = unclaimed({ output: test.output, cases: (test.cases ?? []).filter((one) => !cases.includes(one)) });
    return [{ ...test, cases, output, status: cases.some(({ status }) => status === 'fail') ? 'fail' : 'pass' }];
  });
}

async function compile(run: string): Promise<RE2JS> {
  const { RE2JS, RE2JSException } = await import('re2js');
  try {
    return RE2JS.compile(run);
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    throw new GatewayError('usage', `"${run}" is no regular expression: ${cause.message}`, { cause });
  }
}
