import { describe, expect, it } from 'vitest';
import { isPrintable } from '../../../src/builtins/go-format/quote.js';
import { sprintf } from '../../../src/builtins/go-format/printf.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { builtinContext, call } from '../../helpers/builtin-calls.js';

describe('sprintf', () => {
  it.each([
    ['%d', '[1]', '1'],
    ['%v %s', '["a", "b"]', 'a b'],
    ['%d', '["x"]', '%!d(string=x)'],
    ['%s', '[1]', '%!s(int64=1)'],
    ['%d', '[1.0]', '%!d(float64=1)'],
    ['%d', '[]', '%!d(MISSING)'],
    ['a', '[1, "b"]', 'a%!(EXTRA int64=1, string=b)'],
    ['%[2]d %[1]d', '[1, 2]', '2 1'],
    ['%[5]d', '[1]', '%!d(BADINDEX)'],
    ['%*d|', '[5, 42]', '   42|'],
    ['%-5d|', '[42]', '42   |'],
    ['%08.3f', '[3.14159]', '0003.142'],
    ['%5d|', '["x"]', '%!d(string=    x)|'],
    ['%d', '[99999999999999999999]', '99999999999999999999'],
    ['%x', '[-255]', '-ff'],
    ['%#x % x', '["hi", "hi"]', '0x6869 68 69'],
    ['%U %c %q', '[8364, 8364, 8364]', "U+20AC € '€'"],
    ['%q', '["a\\n\\"é"]', '"a\\n\\"é"'],
    ['%v', '[{"a": [1, {2, "b"}], "c": set()}]', '{"a": [1, {2, "b"}], "c": set()}'],
    ['%v %v', '[null, true]', 'null true'],
    ['%e %g %G', '[12345.678, 1e21, 1e-7]', '1.234568e+04 1e+21 1E-07'],
    ['%.0f %.0f', '[0.5, 1.5]', '0 2'],
    ['100%%', '[]', '100%'],
    ['%', '[]', '%!(NOVERB)'],
    ['%t', '[true]', '%!t(string=true)'],
  ])('%j of %s is %j', (format, values, expected) => {
    expect(call('sprintf', format, parseTerm(values))).toBe(expected);
  });

  it('takes Go values of a template too', () => {
    const list = { type: '[]interface {}', items: [{ type: 'json.Number', text: '1.50' }, null, true] } as const;
    expect(sprintf('%v %d %T', [list, list, list], builtinContext())).toBe(
      '[1.50 <nil> true] [%!d(json.Number=1.50) <nil> %!d(bool=true)] []interface {}',
    );
  });

  it('escapes characters that Go does not know yet', () => {
    expect(isPrintable('é')).toBe(true);
    expect(isPrintable('\u{1cc00}')).toBe(false);
  });
});
