import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { hostedBuiltins } from '../../../src/builtins/index.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { builtinContext, call } from '../../helpers/builtin-calls.js';

/** Calls with arguments and answer as Rego text. */
function answer(name: string, args: string): string {
  const value = call(name, ...(parseTerm(`[${args}]`) as readonly never[]));
  return value === undefined ? 'undefined' : formatTerm(value);
}

describe('built-ins of strings and numbers', () => {
  it.each([
    ['strings.any_prefix_match', '"abc", ["x", "ab"]', 'true'],
    ['strings.any_suffix_match', '{"abc"}, {"x"}', 'false'],
    ['strings.count', '"cheese", "e"', '3'],
    ['strings.count', '"a😀", ""', '3'],
    ['strings.split_n', '"a,b,c", ",", 2', '["a","b"]'],
    ['strings.split_n', '"a,b,c", ",", -1', '["c"]'],
    ['indexof_n', '"a😀a", "a"', '[0,2]'],
    ['numbers.range_step', '0, 10, 5', '[0,5,10]'],
    ['numbers.range_step', '9007199254740993, 9007199254740992, 1', '[9007199254740993,9007199254740992]'],
    ['format_int', '18446744073709551617, 16', '"10000000000000001"'],
    ['format_int', '-15.9, 16', '"-f"'],
    ['units.parse', '"10K"', '10000'],
    ['units.parse', '"0.5m"', '0.0005000000'],
    ['units.parse', '"1.5Mi"', '1572864'],
    ['units.parse_bytes', '"1.5GiB"', '1610612736'],
    ['units.parse_bytes', '"1e3"', '1000'],
    ['semver.compare', '"1.0.0-alpha.1", "v1.0.0-alpha.beta"', '-1'],
    ['semver.compare', '"1.0.0-99999999999999999998", "1.0.0-99999999999999999999"', '0'],
    ['semver.is_valid', '"01.0.0"', 'false'],
    ['hex.decode', '"c3a9"', '"é"'],
    ['hex.decode', '"e282"', '"\ufffd\ufffd"'],
    ['base64url.encode_no_pad', '"é?"', '"w6k_"'],
    ['base64.is_valid', '"aGk"', 'false'],
    ['uuid.parse', '"nope"', 'undefined'],
    ['object.subset', '[1, 2, 3], {3, 1}', 'true'],
    ['object.subset', '{"a": {"b": {1, 2}}}, {"a": {"b": {2}}}', 'true'],
    ['graph.reachable_paths', '{"a": ["b"], "b": ["a", "c"]}, ["a"]', '{["a","b"]}'],
    ['cast_set', '[2, 1, 2]', '{1,2}'],
    ['trace', '"note"', 'true'],
  ])('%s(%s) is %s', (name, args, expected) => {
    expect(answer(name, args)).toBe(expected);
  });

  it.each([
    ['strings.count', '1, "a"', 'operand 1 must be string but got number', 'type'],
    ['strings.any_prefix_match', '1, "a"', 'operand 1 must be one of {string, set, array} but got number', 'type'],
    ['strings.any_prefix_match', '[1], "a"', 'operand 1 must be array of strings but got array containing number', 'type'],
    ['strings.split_n', '"a", "b", 1.5', 'operand 3 must be integer number but got floating-point number', 'type'],
    ['numbers.range_step', '1, 2, 0', 'numbers.range_step: step must be a positive integer', 'value'],
    ['units.parse', '"10 K"', 'units.parse: spaces not allowed in resource strings', 'value'],
    ['semver.compare', '"1", "1.0.0"', 'operand 1: string "1" is not a valid SemVer', 'value'],
    ['format_int', '1, 3', 'operand 2 must be one of {2, 8, 10, 16}', 'type'],
  ] as const)('%s(%s) is refused: %s', (name, args, message, kind) => {
    let thrown: unknown;
    try {
      answer(name, args);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BuiltinError);
    expect(thrown).toMatchObject({ message, kind });
  });

  it.each([
    ['numbers.range_step', '0, 99999999999, 1'],
    ['concat', `"${'-'.repeat(100_000)}", {${Array.from({ length: 1000 }, (_, index) => `"${index}"`).join(', ')}}`],
    ['replace', `"${'a'.repeat(10_000)}", "a", "${'b'.repeat(10_000)}"`],
    ['regex.replace', `"${'a'.repeat(10_000)}", "a", "${'b'.repeat(10_000)}"`],
    ['sprintf', `"${'%1000000d'.repeat(100)}", [${Array.from({ length: 100 }, () => 1).join(', ')}]`],
    ['json.marshal_with_options', `[${'['.repeat(900)}${']'.repeat(900)}], {"indent": "${' '.repeat(100_000)}"}`],
    ['json.patch', `[1], [${Array.from({ length: 40 }, () => '{"op": "copy", "from": "", "path": "/-"}').join(', ')}]`],
    ['format_int', '1e999999, 10'],
    ['units.parse', `"${'9'.repeat(200_000)}"`],
  ])('%s fails where the answer would be too large, which is not undefined', (name, args) => {
    expect(() => answer(name, args)).toThrow(expect.objectContaining({ code: 'evaluation_out_of_memory' }));
  });

  it('gives one random number and one UUID per key and evaluation', () => {
    const context = builtinContext();
    for (const [name, args] of [
      ['rand.intn', ['key', 1_000_000_000]],
      ['uuid.rfc4122', ['key']],
    ] as const) {
      const builtin = hostedBuiltins.get(name);
      const [first, second] = [builtin?.(context, ...args), builtin?.(context, ...args)];
      expect(second).toBe(first);
      expect(builtin?.({ ...context, memo: new Map() }, ...args)).not.toBe(first);
    }
    expect(call('rand.intn', 'key', 0)).toBe(0);
    expect(call('rand.intn', 'key', -1)).toBe(0);
  });

  it('prints every combination of the values of the operands', () => {
    const lines: string[] = [];
    const context = builtinContext({ print: (line) => lines.push(line) });
    hostedBuiltins.get('internal.print')?.(context, parseTerm('[{"a"}, set(), {1, [2]}, {{"k": null}}]'));
    expect(lines).toEqual(['a <undefined> 1 {"k": null}', 'a <undefined> [2] {"k": null}']);
  });
});
