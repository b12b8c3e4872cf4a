import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goBool, goFloat, goInt, goList, goPointer, goString, goStruct } from '../../../src/domains/go-decode.js';
import { GoNumber, GoObject, GoSyntaxError, scanGoJson } from '../../../src/domains/go-scan.js';
import type { GoValue } from '../../../src/domains/go-scan.js';

const inner = goStruct({ max: goString, total: goInt });
const shape = goStruct({
  domain: goString,
  n: goInt,
  f: goFloat,
  b: goPointer(goBool),
  l: goList(goString),
  s: goPointer(inner),
  in: inner,
});
const zero = { domain: '', n: 0, f: 0, b: null, l: null, s: null, in: { max: '', total: 0 } };

function decode(text: string | Uint8Array): unknown {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return shape.decode(scanGoJson(bytes), shape.zero);
}

// Every row was run through Go 1.26's json.NewDecoder(...).Decode with the same struct.
const ACCEPTED: readonly (readonly [string, Record<string, unknown>])[] = [
  ['{}', {}],
  ['null', {}],
  [' \t\r\n{ "n" : 1 } ', { n: 1 }],
  ['{"DOMAIN":"x"}', { domain: 'x' }],
  ['{"domain":"a","Domain":"b"}', { domain: 'b' }],
  ['{"Domain":"b","domain":"a"}', { domain: 'a' }],
  ['{"dom\\u0061in":"q"}', { domain: 'q' }],
  ['{"\u017f":{"max":"long s"}}', { s: { max: 'long s', total: 0 } }],
  ['{"domain":null}', {}],
  ['{"domain":"a","domain":null}', { domain: 'a' }],
  ['{"n":-0}', { n: 0 }],
  ['{"n":-17}', { n: -17 }],
  ['{"n":9223372036854775807}', { n: 2 ** 63 }],
  ['{"f":1.5e3}', { f: 1500 }],
  ['{"b":true}', { b: true }],
  ['{"b":null}', {}],
  ['{"l":null}', {}],
  ['{"l":[]}', { l: [] }],
  ['{"l":["a",null]}', { l: ['a', ''] }],
  ['{"l":["a","b"],"l":["c"]}', { l: ['c'] }],
  ['{"s":{"max":"a"},"s":{"total":3}}', { s: { max: 'a', total: 3 } }],
  ['{"s":{"max":"a"},"s":null}', {}],
  ['{"in":{"max":"a"},"in":null}', { in: { max: 'a', total: 0 } }],
  ['{"s":{"Max":"x"}}', { s: { max: 'x', total: 0 } }],
  ['{} trailing', {}],
  ['{}{', {}],
  ['{"n":1}x', { n: 1 }],
  ['{"n":1}\u0000', { n: 1 }],
  ['{"unknown":{"deep":[1,{"x":null}]},"n":2}', { n: 2 }],
  ['{"domain":"\\ud83d\\ude00"}', { domain: '😀' }],
  ['{"domain":"\\ud800"}', { domain: '\ufffd' }],
  ['{"domain":"\u2028"}', { domain: '\u2028' }],
  ['{"__proto__":{"n":5}}', {}],
];

const REFUSED: readonly string[] = [
  '',
  ' ',
  '[]',
  '1',
  '"x"',
  'true',
  'nul',
  '\ufeff{}',
  '{"n":1.0}',
  '{"n":443.0}',
  '{"n":4.43e2}',
  '{"n":1e2}',
  '{"n":"1"}',
  '{"n":true}',
  '{"n":9223372036854775808}',
  '{"n":-9223372036854775809}',
  '{"n":01}',
  '{"n":+1}',
  '{"n":.5}',
  '{"f":1e400}',
  '{"f":"1"}',
  '{"f":NaN}',
  '{"b":1}',
  '{"l":["a",1]}',
  '{"l":{}}',
  '{"l":"a"}',
  '{"s":[]}',
  '{"in":5}',
  '{"domain":5,"n":3}',
  '{"domain":"a",}',
  '{"l":["a",]}',
  '{"domain":"a" "n":1}',
  '{"domain" "a"}',
  '{domain:1}',
  '{"x":[1,{"y":tru}]}',
  '{"domain":"a\tb"}',
  '{"domain":"\\x"}',
  '{"domain":"\\u12"}',
  '{"\u0000":1}',
  '{"domain":"a',
  '{"n":1',
  "{'n':1}",
  '{"a":1,\u00a0"n":1}',
  '// no\n{}',
];

describe('decoding a request as Go does', () => {
  it.each(ACCEPTED)('accepts %j', (text, fields) => {
    expect(decode(text)).toEqual({ ...zero, ...fields });
  });

  it.each(REFUSED)('refuses %j', (text) => {
    expect(() => decode(text)).toThrow(GoSyntaxError);
  });

  it('replaces bytes that are no UTF-8', () => {
    const body = Buffer.concat([Buffer.from('{"domain":"a'), Buffer.from([0xff]), Buffer.from('b"}')]);
    expect(decode(body)).toEqual({ ...zero, domain: 'a\ufffdb' });
  });

  it('refuses nesting beyond its bound instead of overflowing the stack', () => {
    const deep = '['.repeat(400_000);
    expect(() => decode(`{"x":${deep}`)).toThrow(/nested too deeply/);
  });

  it.each([
    ['long text after an escape', `\\"${'a'.repeat(1_000_000)}`],
    ['nothing but escapes', '\\"'.repeat(524_288)],
  ])('takes a body that is %s', (_name, long) => {
    expect(decode(`{"domain":"${long}"}`)).toEqual({ ...zero, domain: JSON.parse(`"${long}"`) as string });
    expect(() => decode(`{"domain":"${long}`)).toThrow(GoSyntaxError);
  });

  it('reads every JSON value as JSON.parse does, and keeps numbers as they are written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(plain(scanGoJson(Buffer.from(text)))).toEqual(JSON.parse(text));
      }),
    );
    expect(scanGoJson(Buffer.from('[1.0,1e3]'))).toEqual([new GoNumber('1.0'), new GoNumber('1e3')]);
  });
});

function plain(value: GoValue): unknown {
  if (value instanceof GoNumber) return Number(value.text);
  if (value instanceof GoObject) return Object.fromEntries(value.members.map(([name, member]) => [name, plain(member)]));
  return Array.isArray(value) ? (value as readonly GoValue[]).map(plain) : value;
}
