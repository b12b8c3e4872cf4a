import fc from 'fast-check';
import { numberFromText } from '../../../src/value/number.js';
import { RegoObject, RegoSet } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc
    .tuple(fc.integer(), fc.stringMatching(/^\d{1,25}$/), fc.integer({ min: -400, max: 400 }))
    .map(([whole, part, power]) => `${whole}.${part}e${power}`),
  fc.constantFrom('0', '-0', '1.0', '1e3', '0.10', '1E400', '123456789012345678901234567890'),
);

const text = fc.string({ unit: 'binary' });

/** Any Rego value; `key` narrows what keys of objects may be. */
function valueWith(keys: 'any' | 'strings'): fc.Arbitrary<RegoValue> {
  return fc.letrec<{ value: RegoValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant(null),
      fc.boolean(),
      numberText.map(numberFromText),
      text,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(tie('value'), { maxLength: 5 }).map((members) => RegoSet.of(members)),
      fc.array(fc.tuple(keys === 'any' ? tie('value') : text, tie('value')), { maxLength: 5 }).map((entries) => RegoObject.of(entries)),
    ),
  })).value;
}

export const anyValue: fc.Arbitrary<RegoValue> = valueWith('any');
export const anyNumberText: fc.Arbitrary<string> = numberText;
