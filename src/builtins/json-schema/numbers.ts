import type { Meter } from '../builtin.js';
import { numberText } from '../numeric.js';
import type { RegoNumber } from '../numeric.js';
import { parseRational } from '../rational.js';
import type { Rational } from '../rational.js';
import type { Outcome } from './errors.js';
import type { Schema } from './schema.js';

/** The numeric keywords, compared exactly. */
export function checkNumber(schema: Schema, number: RegoNumber, path: readonly string[], outcome: Outcome, meter: Meter): void {
  const value = parseRational(numberText(number), meter) ?? { numerator: 0n, denominator: 1n };
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = schema;
  if (multipleOf !== undefined && !isMultiple(value, multipleOf.value)) {
    outcome.add('multiple_of', path, `Must be a multiple of ${multipleOf.text}`);
  }
  if (maximum !== undefined && difference(value, maximum.value) > 0n) {
    outcome.add('number_lte', path, `Must be less than or equal to ${maximum.text}`);
  }
  if (exclusiveMaximum !== undefined && difference(value, exclusiveMaximum.value) >= 0n) {
    outcome.add('number_lt', path, `Must be less than ${exclusiveMaximum.text}`);
  }
  if (minimum !== undefined && difference(value, minimum.value) < 0n) {
    outcome.add('number_gte', path, `Must be greater than or equal to ${minimum.text}`);
  }
  if (exclusiveMinimum !== undefined && difference(value, exclusiveMinimum.value) <= 0n) {
    outcome.add('number_gt', path, `Must be greater than ${exclusiveMinimum.text}`);
  }
  outcome.score++;
}

/** Has the sign of a - b. */
function difference(a: Rational, b: Rational): bigint {
  return a.numerator * b.denominator - b.numerator * a.denominator;
}

function isMultiple(value: Rational, of: Rational): boolean {
  return (value.numerator * of.denominator) % (value.denominator * of.numerator) === 0n;
}
