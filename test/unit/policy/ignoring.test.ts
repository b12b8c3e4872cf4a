import { describe, expect, it } from 'vitest';
import { ignoring } from '../../../src/policy/ignoring.js';

describe('names that are left out', () => {
  it.each([
    [['*.orig.rego'], 'a.orig.rego', true],
    [['*.orig.rego'], 'a.rego', false],
    [['old', 'v?'], 'v1', true],
    [['old'], 'older', false],
    [['[a-c]_test.rego'], 'b_test.rego', true],
    [['[^a-c]_test.rego'], 'b_test.rego', false],
    [['{a,b}.rego'], 'a.rego', false],
    [['!(a).rego'], 'b.rego', false],
    [['!a.rego'], 'b.rego', false],
    [['.*'], '.git', true],
    [['*'], '.git', true],
    [['['], 'a', false],
  ])('by %j: %s %s', (globs, name, left) => {
    expect(ignoring(globs)?.(name)).toBe(left);
  });

  it('are none without a glob', () => {
    expect(ignoring()).toBeUndefined();
    expect(ignoring([])).toBeUndefined();
  });
});
