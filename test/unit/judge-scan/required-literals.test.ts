import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { createLiteralFilter } from '../../../src/judge/scan/literal-filter.js';
import { requiredLiterals } from '../../../src/judge/scan/required-literals.js';
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

const SIGNS = 'a b B k K s S 1 9 - . \n \t'.split(/( )/);

/** Patterns in which what joins, repeats and parts stands next to each other, and texts out of the same signs. */
function generated(): { readonly patterns: readonly string[]; readonly texts: readonly string[] } {
  let seed = 11;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const pick = (from: readonly string[]): string => from[random(from.length)] ?? '';
  const atom = (depth: number): string =>
    depth > 0 && random(3) === 0
      ? `(${pick(['', '?:', '?i:'])}${branch(depth - 1)}${random(2) === 0 ? `|${branch(depth - 1)}` : ''})`
      : pick([
          'a',
          'b',
          'K',
          's',
          '1',
          ' ',
          '-',
          '\\s',
          '\\d',
          '\\w',
          '.',
          '[ab]',
          '[^a]',
          '[0-9]',
          '[a-c1]',
          '\\b',
          '^',
          '$',
          'é',
          '\\.',
          '\\n',
        ]);
  const branch = (depth: number): string =>
    Array.from(
      { length: 1 + random(4) },
      () => atom(depth) + pick(['', '', '', '', '?', '*', '+', '{2}', '{1,2}', '{2,}', '{0,3}', '+?']),
    ).join('');
  const patterns = Array.from({ length: 1_500 }, () => pick(['', '(?i)']) + branch(2));
  const texts = Array.from({ length: 120 }, () =>
    Array.from({ length: random(14) }, () => pick([...SIGNS, '\u017f', '\u212a', '\u{1f600}', 'é'])).join(''),
  );
  return { patterns, texts };
}

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
    const { patterns, texts } = generated();
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
