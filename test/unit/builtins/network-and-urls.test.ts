import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { call } from '../../helpers/builtin-calls.js';

function answer(name: string, ...args: readonly string[]): string {
  return formatTerm(call(name, ...args.map((text) => parseTerm(text))) ?? null);
}

describe('built-ins of networks', () => {
  it.each([
    ['net.cidr_is_valid', ['"1.2.3.04/24"'], 'false'],
    ['net.cidr_is_valid', ['"::/129"'], 'false'],
    ['net.cidr_expand', ['"10.0.0.5/30"'], '{"10.0.0.4","10.0.0.5","10.0.0.6","10.0.0.7"}'],
    ['net.cidr_expand', ['"2001:db8::/127"'], '{"2001:db8::","2001:db8::1"}'],
    ['net.cidr_merge', ['["10.0.0.0/25", "10.0.0.128/25", "10.0.2.0/24"]'], '{"10.0.0.0/24","10.0.2.0/24"}'],
    ['net.cidr_merge', ['["10.0.0.5"]'], '{"10.0.0.5/8"}'],
    ['net.cidr_contains_matches', ['["10.0.0.0/8"]', '{"a": "10.1.1.1", "b": ["11.0.0.1", "note"]}'], '{[0,"a"]}'],
  ])('%s%j is %s', (name, args, expected) => {
    expect(answer(name, ...args)).toBe(expected);
  });

  it.each([
    ['net.cidr_merge', ['["::1"]'], 'IPv6 invalid: needs prefix length'],
    ['net.cidr_contains_matches', ['[[]]', '"1.1.1.1"'], 'operand 1: element must be string or non-empty array'],
  ])('%s%j is refused: %s', (name, args, message) => {
    expect(() => answer(name, ...args)).toThrow(new BuiltinError(message));
  });

  it('fail where the answer would not fit into an instance, which is not undefined', () => {
    expect(() => answer('net.cidr_expand', '"10.0.0.0/8"')).toThrow(expect.objectContaining({ code: 'evaluation_out_of_memory' }));
  });
});

describe('built-ins of URLs', () => {
  it('uri.parse takes a URL apart without changing it', () => {
    expect(answer('uri.parse', '"HTTPS://u:p@a.b:80/p%2fq?x=1#f%20g"')).toBe(
      '{"fragment":"f g","hostname":"a.b","path":"/p/q","port":"80","raw_path":"/p%2fq","raw_query":"x=1","scheme":"https"}',
    );
  });

  it.each([
    ['uri.is_valid', '""', 'false'],
    ['uri.is_valid', '"http://a b/"', 'false'],
    ['uri.is_valid', '"a/b"', 'true'],
    ['urlquery.encode', '"a b&é~"', '"a+b%26%C3%A9~"'],
    ['urlquery.decode', '"a+b%26"', '"a b&"'],
    ['urlquery.encode_object', '{"b": ["x", "y z"], "a": "1"}', '"a=1&b=x&b=y+z"'],
    ['urlquery.decode_object', '"a=1&b&a=2"', '{"a":["1","2"],"b":[""]}'],
  ])('%s(%s) is %s', (name, text, expected) => {
    expect(answer(name, text)).toBe(expected);
  });

  it.each(['a;b', '%zz', 'a=%f'])('urlquery.decode_object(%j) is refused', (text) => {
    expect(() => call('urlquery.decode_object', text)).toThrow(BuiltinError);
  });
});
