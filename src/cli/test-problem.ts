import { GatewayError } from '../errors.js';
import { tally, testCases } from '../testing/test-cases.js';
import type { TestRun } from '../testing/test-run.js';
import { count } from './render-diagnostics.js';
import type { TestFlags } from './test-flags.js';

/** Why a run does not count as passed; undefined when it does. */
export function testProblem(result: TestRun, flags: TestFlags, dir: string): GatewayError | undefined {
  const { results, disagreements, coverage } = result;
  const { fail, error, skip } = tally(testCases(results));
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error').length + (result.omitted ?? 0);
  if (errors > 0) return new GatewayError('policy_rejected', `${count(errors, 'error')}: the modules do not compile, no test ran`);
  if (fail + error + disagreements.length > 0) return new GatewayError('tests_failed', 'Tests FAILED.');
  if (results.length === 0 && flags.run !== undefined) return new GatewayError('tests_failed', `no test matches ${flags.run}`);
  if (results.length === 0 && flags['require-tests']) return new GatewayError('tests_failed', `no tests found in ${dir}`);
  if (skip > 0 && !flags['exit-zero-on-skipped']) {
    return new GatewayError('tests_failed', `${count(skip, 'test')} skipped: mend or drop todo_test_…, or accept them with -z`);
  }
  const percent = coverage?.percent ?? 100;
  if (flags.threshold === undefined || percent >= flags.threshold) return undefined;
  const below = Math.floor(percent * 10) / 10;
  return new GatewayError('tests_failed', `coverage ${below} % is below the threshold of ${flags.threshold} %`);
}
