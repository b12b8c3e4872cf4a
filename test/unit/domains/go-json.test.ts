import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goJson } from '../../../src/domains/go-json.js';

describe('goJson', () => {
  it.each([
    ['escapes what Go escapes for HTML', '<a href="x">&</a>', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u003c/a\\u003e"'],
    ['escapes the two line separators', '\u2028\u2029', '"\\u2028\\u2029"'],
    ['leaves DEL, slashes and other scripts alone', '\u007f/é😀', '"\u007f/é😀"'],
    ['uses the short escapes', '\b\f\n\r\t"\\', '"\\b\\f\\n\\r\\t\\"\\\\"'],
    ['prints half a surrogate pair as U+FFFD', 'a\ud800b', '"a\ufffdb"'],
    ['does not mistake a written-out escape for half a pair', '\\ud800', '"\\\\ud800"'],
    ['keeps the order of names', { verdict: 'clean', action: 'x' }, '{"verdict":"clean","action":"x"}'],
    ['mends names and nested values too', { 'a\udc00': [{ b: '\ud800' }, null, 7] }, '{"a\ufffd":[{"b":"\ufffd"},null,7]}'],
    ['prints numbers as Go prints floats', [1e21, 1e-7, 100000, -0], '[1e+21,1e-7,100000,0]'],
  ])('%s', (_name, value, text) => {
    expect(goJson(value)).toBe(text);
  });

  it('prints text that any JSON reader reads back, without a character that HTML minds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = goJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
      }),
    );
  });
});
