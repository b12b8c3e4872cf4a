import { describe, expect, it } from 'vitest';
import { exceedsYamlDepth } from '../../../src/config/yaml-depth.js';

describe('the depth of a YAML text', () => {
  it.each([
    ['flow lists', (n: number) => `${'['.repeat(n)}1${']'.repeat(n)}`],
    ['flow maps', (n: number) => `${'{a: '.repeat(n)}1${'}'.repeat(n)}`],
    ['compact lists', (n: number) => `${'- '.repeat(n)}1`],
    ['explicit keys', (n: number) => `${'? '.repeat(n)}1`],
    ['block maps', (n: number) => Array.from({ length: n }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
    ['lists left open', (n: number) => '['.repeat(n)],
  ])('counts %s', (_what, nested) => {
    expect(exceedsYamlDepth(nested(50), 50)).toBe(false);
    expect(exceedsYamlDepth(nested(54), 50)).toBe(true);
    expect(exceedsYamlDepth(nested(1000), 50)).toBe(true);
  });

  it('does not count what only looks like nesting', () => {
    expect(exceedsYamlDepth('# [[[[[[\na: "[[[[[[[["\nb: |\n  - - - - - -\nc: [1, 2, 3]\n', 3)).toBe(false);
    expect(exceedsYamlDepth(Array.from({ length: 1000 }, (_, index) => `- {a: ${index}, b: [1]}`).join('\n'), 3)).toBe(false);
  });
});
