import type { TestOutcome } from '../compiler/protocol.js';

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/** Full name of a test as Rego spells it: `data.app_test.test_allow`. */
export function testName({ package: pkg, name }: Pick<TestOutcome, 'package' | 'name'>): string {
  return `${pkg}.${name}`;
}

/** Full name of a case of a table test: `data.app_test.test_roles.admin`, `data.app_test.test_roles["no role"]`. */
export function caseName(test: Pick<TestOutcome, 'package' | 'name'>, path: readonly string[]): string {
  return path.reduce((name, part) => name + (PLAIN.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`), testName(test));
}
