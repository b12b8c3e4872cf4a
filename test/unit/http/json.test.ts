import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indent } from '../../../src/http/json/indent.js';
import { firstValue, members } from '../../../src/http/json/scan.js';
import { readEnvelope } from '../../../src/http/opa/envelope.js';

const DEPTH = 512;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (part: Uint8Array | undefined): string | undefined => (part === undefined ? undefined : Buffer.from(part).toString());

describe('JSON text that is not built', () => {
  it('is indented as JSON.stringify indents', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => indent(JSON.stringify(value)) === JSON.stringify(value, null, 2)));
  });

  it('keeps numbers as they are written', () => {
    expect(indent('{"a":[1.0,1e400,12345678901234567890]}')).toBe('{\n  "a": [\n    1.0,\n    1e400,\n    12345678901234567890\n  ]\n}');
  });

  it('shows its members in order, repeats included', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.jsonValue()), { maxLength: 6 }), fc.boolean(), (entries, spaced) => {
        const gap = spaced ? ' \n' : '';
        const body = bytes(
          `{${entries.map(([name, value]) => `${gap}${JSON.stringify(name)}${gap}:${gap}${JSON.stringify(value)}`).join(',')}${gap}}`,
        );
        const found = members(body, 0).map(({ name, start, end }) => [name, text(body.subarray(start, end))]);
        expect(found).toEqual(entries.map(([name, value]) => [name, JSON.stringify(value)]));
      }),
    );
  });

  it('ends where its first value ends', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', ' [', ' "x', '\n{}'), (value, rest) => {
        const body = bytes(`  ${JSON.stringify(value)}${rest}`);
        const { start, end } = firstValue(body);
        expect(text(body.subarray(start, end))).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe('the envelope of a Data API request', () => {
  it('gives the bytes of the input, wherever it stands', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (input, others, first) => {
        fc.pre(input !== null && !Object.keys(others).some((name) => name.toLowerCase() === 'input'));
        const body = first ? { input, ...others } : { ...others, input };
        expect(text(readEnvelope(bytes(JSON.stringify(body)), DEPTH).input)?.trim()).toBe(JSON.stringify(input));
      }),
    );
  });

  it('takes any bytes for an envelope, for none, or refuses them with a code', () => {
    const jsonish = fc.array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '"input"', '1', ' ', 'null', '\\', '\u00e9'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        jsonish.map((parts) => parts.join('')),
        (sent) => {
          try {
            const { input } = readEnvelope(bytes(sent), DEPTH);
            if (input !== undefined) JSON.parse(Buffer.from(input).toString());
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'evaluation_input_invalid' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
