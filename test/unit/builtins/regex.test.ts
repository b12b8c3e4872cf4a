import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { compilePattern } from '../../../src/builtins/regex/pattern.js';
import { builtinContext, call } from '../../helpers/builtin-calls.js';

describe('built-ins of regular expressions', () => {
  it.each([
    ['regex.match', ['^a+$', 'aaa'], true],
    ['regex.is_valid', ['(?<=a)b'], false],
    ['regex.find_n', ['a*', 'baac', -1], ['', 'aa', '']],
    ['regex.find_n', ['a', 'aaa', 2], ['a', 'a']],
    ['regex.find_all_string_submatch_n', ['(a)(x)?', 'ab', -1], [['a', 'a', '']]],
    ['regex.split', ['a*', 'baac'], ['b', 'c']],
    ['regex.split', [',', ''], ['']],
    ['regex.replace', ['foo', '^[a-z]', 'F'], 'Foo'],
    ['regex.replace', ['ab', '(?P<x>a)(b)', '${x}$2-$1x-$$'], 'ab--$'],
    ['regex.globs_match', ['a.*c', '.*bc'], true],
    ['regex.globs_match', ['a[0-9]+', 'b.'], false],
    ['regex.template_match', ['urn:{.*}:x', 'urn:a:x', '{', '}'], true],
    ['regex.template_match', ['a.b', 'axb', '{', '}'], false],
    ['glob.quote_meta', ['*.a?[x]'], '\\*.a\\?\\[x\\]'],
  ] as const)('%s%j is %j', (name, args, expected) => {
    expect(call(name, ...args)).toEqual(expected);
  });

  it.each([
    ['regex.match', ['(', 'a'], 'error parsing regexp: missing closing ): `(`'],
    ['regex.template_match', ['{', 'a', '{', '}'], 'unbalanced braces in "{"'],
    ['regex.template_match', ['a', 'a', '{{', '}'], 'start delimiter has to be exactly one character long but is 2 long'],
    [
      'regex.globs_match',
      ['[a-', 'a'],
      "input:[a-, pos:3, range character '-' must be followed by a Unicode character: the input provided is invalid",
    ],
  ] as const)('%s%j is refused: %s', (name, args, message) => {
    expect(() => call(name, ...args)).toThrow(new BuiltinError(message));
  });

  it('compiles a pattern once', () => {
    const context = builtinContext();
    expect(compilePattern('once+', context)).toBe(compilePattern('once+', context));
  });

  it('answers patterns that make backtracking engines run for ever', () => {
    expect(call('regex.match', '^(a+)+$', `${'a'.repeat(50_000)}b`)).toBe(false);
    expect(call('regex.globs_match', 'a*'.repeat(40) + 'b', '[a-z]*'.repeat(40) + 'c')).toBe(false);
  });
});
