import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareValues, equalValues } from '../../../src/value/value.js';
import { MAX_VALUE_DEPTH } from '../../../src/value/depth.js';
import { formatJson } from '../../../src/value/format-json.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { numberFromText } from '../../../src/value/number.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { transcodeDump } from '../../../src/value/transcode.js';
import { RegoDecimal, RegoObject, RegoSet } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { anyNumberText, anyValue } from './arbitrary.js';

/** As plain JavaScript, the way JSON.parse would give it. */
function plain(value: RegoValue): unknown {
  if (value instanceof RegoObject) return Object.fromEntries(value.entries.map(([key, item]) => [key, plain(item)]));
  if (value instanceof RegoDecimal) return Number(value.text);
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? (value as readonly RegoValue[]).map(plain) : value;
}

/** What `opa_value_dump` writes: blanks after commas and colons, members in any order. */
function dump(value: RegoValue): string {
  if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${value.members.toReversed().map(dump).join(', ')}}`;
  if (value instanceof RegoObject) {
    const members = value.entries.toReversed().map(([key, item]) => `${dump(key)}: ${dump(item)}`);
    return `{${members.join(', ')}}`;
  }
  return Array.isArray(value) ? `[${(value as readonly RegoValue[]).map(dump).join(', ')}]` : formatTerm(value);
}

describe('the value codec', () => {
  it('reads back every value that it writes', () => {
    fc.assert(fc.property(anyValue, (value) => equalValues(parseTerm(formatTerm(value)), value)));
  });

  it('writes the same text for what it read', () => {
    fc.assert(fc.property(anyValue, (value) => formatTerm(parseTerm(formatTerm(value))) === formatTerm(value)));
  });

  it('keeps the text of every number', () => {
    fc.assert(fc.property(anyNumberText, (text) => formatTerm(numberFromText(text)) === text));
  });

  it('agrees with JSON.parse on JSON', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        expect(plain(parseTerm(json))).toEqual(JSON.parse(JSON.stringify(JSON.parse(json))));
      }),
    );
  });

  it('reads bytes as it reads text', () => {
    fc.assert(fc.property(anyValue, (value) => equalValues(parseTerm(Buffer.from(formatTerm(value))), value)));
  });

  it('transcodes a dump to the JSON that the tree would print', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(transcodeDump(dump(value))).toBe(formatJson(value));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['{3, 1, "b", set()}', '[1,3,"b",[]]'],
    ['{"b": 1, "a": {2, 1}}', '{"a":[1,2],"b":1}'],
    ['{1: "a", "1": "b", 10: 1, 9: 1}', '{"1":"b","10":1,"9":1}'],
    ['{{1, 2}: 3, [1, "<"]: 2}', '{"[1,\\"\\\\u003c\\"]":2,"[1,2]":3}'],
    ['"<a>&\u2028\\u0008\\u000c\\u0001\u007fé"', '"\\u003ca\\u003e\\u0026\\u2028\\b\\f\\u0001\u007fé"'],
    ['[1.0, 1e3, -0, 12345678901234567890123, 1E400]', '[1.0,1e3,-0,12345678901234567890123,1E400]'],
    ['{"a\\"b": "\\\\"}', '{"a\\"b":"\\\\"}'],
  ])('prints %s as OPA does', (term, json) => {
    expect(formatJson(parseTerm(term))).toBe(json);
    expect(transcodeDump(term)).toBe(json);
  });

  it.each(['', '{', '[1', '{1: }', '{1,}', '[1,]', '"a', '"\\x"', '"a\nb"', 'set(', 'nul', '01x', '1 2', '{"a" 1}', '-', 'Infinity'])(
    'refuses %j',
    (text) => {
      expect(() => parseTerm(text)).toThrow(expect.objectContaining({ code: 'value_invalid' }));
    },
  );

  it('bounds the depth of what it reads and prints', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(formatJson(parseTerm(deep(MAX_VALUE_DEPTH)))).toBe(deep(MAX_VALUE_DEPTH));
    const tooDeep = expect.objectContaining({ code: 'value_too_deep' }) as Error;
    expect(() => parseTerm(deep(MAX_VALUE_DEPTH + 1))).toThrow(tooDeep);
    expect(() => transcodeDump(deep(MAX_VALUE_DEPTH + 1))).toThrow(tooDeep);
    expect(() => formatTerm([parseTerm(deep(MAX_VALUE_DEPTH))])).toThrow(tooDeep);
  });

  it('replaces half a surrogate pair, which UTF-8 cannot carry', () => {
    expect(formatTerm('a\ud800b')).toBe('"a\ufffdb"');
    expect(formatJson('a\udc00<')).toBe('"a\ufffd\\u003c"');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses to print %d', (number) => {
    expect(() => formatTerm(number)).toThrow(expect.objectContaining({ code: 'value_invalid' }));
    expect(() => formatJson(number)).toThrow(expect.objectContaining({ code: 'value_invalid' }));
  });
});

describe('the order of values', () => {
  it('is total: antisymmetric, transitive, and zero for equal values only', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(0 - Math.sign(compareValues(b, a)));
        expect(compareValues(a, a)).toBe(0);
        const [low, middle, high] = [a, b, c].sort(compareValues) as [RegoValue, RegoValue, RegoValue];
        expect(compareValues(low, middle)).toBeLessThanOrEqual(0);
        expect(compareValues(low, high)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('sorts strings by their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareValues(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('takes 1 and 1.0 for one member of a set, the first, and for one key, with the last value', () => {
    expect(formatJson(RegoSet.of([numberFromText('1.0'), 1]))).toBe('[1.0]');
    expect(
      formatJson(
        RegoObject.of([
          [1, 'a'],
          [numberFromText('1.0'), 'b'],
        ]),
      ),
    ).toMatch(/"b"/);
  });

  it('finds members and keys', () => {
    fc.assert(
      fc.property(fc.array(anyValue), anyValue, (members, other) => {
        const set = RegoSet.of(members);
        expect(members.every((member) => set.has(member))).toBe(true);
        expect(set.has(other)).toBe(members.some((member) => equalValues(member, other)));
        expect(RegoObject.of(members.map((member) => [member, 1])).get(other)).toBe(set.has(other) ? 1 : undefined);
      }),
    );
  });
});
