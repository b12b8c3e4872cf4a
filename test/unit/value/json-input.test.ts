import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../../src/errors.js';
import { validateInput } from '../../../src/value/json-input.js';

function verdict(bytes: Uint8Array, maxDepth?: number): string {
  try {
    validateInput(bytes, maxDepth === undefined ? {} : { maxDepth });
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function refusal(text: string): GatewayError | undefined {
  try {
    validateInput(Buffer.from(text));
    return undefined;
  } catch (error) {
    return error as GatewayError;
  }
}

/** What JSON.parse says of the same text; it accepts half a surrogate pair, which the policy must never see. */
function expected(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return 'evaluation_input_invalid';
  }
  return 'accepted';
}

describe('validateInput', () => {
  it('accepts all JSON', () => {
    fc.assert(fc.property(fc.json({ stringUnit: 'binary' }), (json) => verdict(Buffer.from(json)) === 'accepted'));
  });

  it('agrees with JSON.parse on damaged JSON', () => {
    const damaged = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '"', '{', ']', ':', '\\', '0', '-', '.', 'e', ' ', '\n', 'x', '\u0001'),
    );
    fc.assert(
      fc.property(damaged, ([json, at, piece]) => {
        const place = at % (json.length + 1);
        const text = json.slice(0, place) + piece + json.slice(place + (piece === '' ? 1 : 0));
        // JSON.parse makes infinity of such numbers, or zero; their bound has tests of its own.
        fc.pre(!/e[-+]?0*[1-9]\d{3}/i.test(text));
        expect(verdict(Buffer.from(text))).toBe(expected(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['nothing', ''],
    ['blanks only', ' \n'],
    ['a byte order mark', '\ufeff{}'],
    ['bytes after the value', '{} {}'],
    ['a NUL after the value', '{}\0'],
    ['a NUL inside of a string', '"a\0b"'],
    ['a high surrogate alone', '"\\ud800"'],
    ['a high surrogate before another character', '"\\ud800\\u0041"'],
    ['a low surrogate alone', '"\\udc00"'],
    ['swapped surrogates', '"\\udc00\\ud800"'],
    ['a half escape', '"\\u12"'],
    ['a leading zero', '01'],
    ['a point without digits', '1.'],
    ['an exponent without digits', '1e'],
    ['NaN', 'NaN'],
    ['a trailing comma', '[1,]'],
    ['single quotes', "{'a':1}"],
    ['a set, which the parser of the guest would take', '{1,2}'],
    ['the empty set', 'set()'],
  ])('refuses %s', (_, text) => {
    expect(verdict(Buffer.from(text))).toBe('evaluation_input_invalid');
  });

  it.each([
    ['a byte that begins no character', [0x22, 0xff, 0x22]],
    ['an overlong character', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['half a character', [0x22, 0xe2, 0x82, 0x22]],
  ])('refuses %s', (_, bytes) => {
    expect(verdict(Uint8Array.from(bytes))).toBe('evaluation_input_invalid');
  });

  it.each(['"\\ud83d\\ude00"', '{"a":1,"a":2}', '1e4095', '-1.5E-4000', '-0', '"\\u0000"', ' [ ] ', 'null'])('accepts %s', (text) => {
    expect(verdict(Buffer.from(text))).toBe('accepted');
  });

  it.each([
    ['1e4096', '1e4096'],
    ['{"x":1e999999999}', '1e999999999'],
    ['[0e99999]', '0e99999'],
    ['[-1.5E-4096]', '-1.5E-4096'],
    ['1e+00000000000000000000005000', '1e+00000000000000000000005000'],
    ['7'.repeat(4097), '(4097 characters)'],
    [`0.${'3'.repeat(100_000)}`, '(100002 characters)'],
    [`${'1'.repeat(4000)}e97`, '(4003 characters)'],
  ])('refuses a number that no arithmetic can hold, and names it: %.20s', (text, named) => {
    const failure = refusal(text);
    expect(failure).toMatchObject({ code: 'evaluation_input_invalid' });
    expect(failure?.message).toContain(`got ${named.startsWith('(') ? '' : named}`);
    expect(failure?.message).toContain(named);
    expect(failure?.message.length).toBeLessThan(200);
  });

  it.each(['1'.repeat(4096), `${'1'.repeat(4000)}e96`, `0.${'3'.repeat(4096)}`, '1'.repeat(4096) + '.' + '2'.repeat(4096), '5e-4096'])(
    'accepts as many digits as arithmetic can bear: %.20s',
    (text) => {
      expect(verdict(Buffer.from(`[${text}]`))).toBe('accepted');
    },
  );

  it('bounds the depth, whatever else is wrong further in', () => {
    const deep = (levels: number, end: string): Buffer => Buffer.from('[{"a":'.repeat(levels / 2) + end);
    const close = '1' + '}]'.repeat(256);
    expect(verdict(deep(512, close))).toBe('accepted');
    expect(verdict(deep(514, 'x'))).toBe('evaluation_input_too_deep');
    expect(verdict(deep(100_000, ''))).toBe('evaluation_input_too_deep');
    expect(verdict(Buffer.from('[[]]'), 1)).toBe('evaluation_input_too_deep');
    expect(verdict(deep(1024, '1' + '}]'.repeat(512)), 1024)).toBe('accepted');
  });

  it('names the offset', () => {
    expect(() => validateInput(Buffer.from('{"a":tru}'))).toThrow(/byte 5/);
  });
});
