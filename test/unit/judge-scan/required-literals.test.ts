import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { createLiteralFilter } from '../../../src/judge/scan/literal-filter.js';
import { requiredLiterals } from '../../../src/judge/scan/required-literals.js';
import { generatedPatterns } from '../../helpers/generated-patterns.js';
import { ROOT } from '../../helpers/policies.js';
import { ATTACKS, samples, sampleText, shippedRules } from '../../helpers/red-team.js';

const OTHER = '\u0080';

const READ: readonly (readonly [string, readonly (readonly string[])[]])[] = [
  ['AKIA[0-9A-Z]{16}', [['akia']]],
  ['gh[po]_x', [['ghp_x', 'gho_x']]],
  ['(?i)\\bcurl\\s+http', [['curl '], [' http']]],
  ['a(?:bc|de)f', [['abcf', 'adef']]],
  ['abc(?:def)?', [['abc']]],
  ['abc(?:def)*ghi', [['abc'], ['ghi']]],
  ['(?:abc)+d', [['abc'], ['abcd']]],
  ['(?:ab){2}', [['abab']]],
  ['[1-9][0-9]{2}-\\d', [['000-0']]],
  ['x{2,}y', [['xx'], ['xy']]],
  ['one|two', [['one', 'two']]],
  ['one|.*', []],
  ['(?s).+', []],
  ['', []],
  ['忽略', [[OTHER + OTHER]]],
  ['\u{1f600}!', [[`${OTHER}${OTHER}!`]]],
  ['ba\u017fe', [['ba']]],
  ['[^a]bc', [['bc']]],
  ['[-a]]b', [['-]b', 'a]b']]],
  ['\\{\\{x', [['{{x']]],
  ['x{,2}', [['x{,0}']]],
];

/** What is not read says nothing. */
const UNREAD = ['(?P<name>abc)', '\\pLabc', '\\x41bc', '[[:alpha:]]bc', '\\Qa.b\\E', '\\Cabc', '\\vabc'];

describe('requiredLiterals', () => {
  it.each(READ)('of %s', (pattern, clauses) => {
    expect(requiredLiterals(pattern)).toEqual(clauses);
  });

  it.each(UNREAD)('nothing of %s', (pattern) => {
    expect(requiredLiterals(pattern)).toEqual([]);
  });
});

/** Pairs in which a pattern matches and its literals are not found. */
function lost(patterns: readonly string[], texts: readonly string[]): readonly string[] {
  const filter = createLiteralFilter(patterns.map(requiredLiterals));
  const compiled = patterns.map((pattern) => {
    try {
      return RE2JS.compile(pattern);
    } catch {
      // A repeat of what is empty, say: the revision would not serve.
      return undefined;
    }
  });
  return texts.flatMap((text) => {
    const holds = filter.holding(text);
    return patterns.filter((_, index) => compiled[index]?.test(text) === true && !holds(index)).map((pattern) => `${pattern} in ${text}`);
  });
}

describe('createLiteralFilter', () => {
  it('loses no match of patterns and texts at random', () => {
    const { patterns, texts } = generatedPatterns();
    expect(lost(patterns, texts)).toEqual([]);
  });

  it('loses no match of the shipped patterns in the suites and the red-team fixture', async () => {
    const folder = path.join(ROOT, 'policies/suites');
    const lines = readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'));
    const fixture = (await Promise.all([...ATTACKS, 'benign'].map(samples))).flat().map(sampleText);
    const patterns = (await shippedRules()).categories.flatMap((category) => category.patterns);
    expect(lost(patterns, [...lines, ...fixture])).toEqual([]);
  });

  it('finds what stands at both ends, and nothing that an earlier text held', () => {
    const filter = createLiteralFilter([[['abc']], [['yz']], [['@']], []]);
    const told = (text: string): readonly boolean[] => [0, 1, 2, 3].map(filter.holding(text));
    expect(told('ABC @ yz')).toEqual([true, true, true, true]);
    expect(told('ab')).toEqual([false, false, false, true]);
    expect(told('')).toEqual([false, false, false, true]);
  });

  it('spares a plain command all automata', async () => {
    const patterns = (await shippedRules()).categories.flatMap((category) => category.patterns);
    const holds = createLiteralFilter(patterns.map(requiredLiterals)).holding('npm ci && npm run build -- --mode production');
    expect(patterns.filter((_, index) => holds(index))).toEqual([]);
  });
});
