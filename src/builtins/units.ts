import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { fromBigint, numberFromText } from './numeric.js';
import { stringOperand } from './operands.js';
import { parseRational, roundToBits } from './rational.js';
import type { Rational } from './rational.js';

const DECIMAL = { k: 1n, m: 2n, g: 3n, t: 4n, p: 5n, e: 6n } as const;

/** Digits that an exponent may have; OPA's own bound. */
const MAX_EXPONENT_DIGITS = 6;

/** Factors of `units.parse`: the first letter tells milli from mega, the rest does not care for case. */
const UNITS = new Map<string, Rational>([
  ['', { numerator: 1n, denominator: 1n }],
  ['m', milli()],
]);
/** Factors of `units.parse_bytes`, all in lower case. */
const BYTE_UNITS = new Map<string, bigint>([['', 1n]]);

for (const [letter, power] of Object.entries(DECIMAL)) {
  const upper = letter.toUpperCase();
  const decimal: Rational = { numerator: 1000n ** power, denominator: 1n };
  const binary: Rational = { numerator: 1024n ** power, denominator: 1n };
  if (letter !== 'm') UNITS.set(letter, decimal);
  UNITS.set(upper, decimal).set(`${letter}i`, binary).set(`${upper}i`, binary);
  BYTE_UNITS.set(letter, decimal.numerator).set(`${letter}b`, decimal.numerator);
  BYTE_UNITS.set(`${letter}i`, binary.numerator).set(`${letter}ib`, binary.numerator);
}

/** OPA multiplies by the float64 nearest to 0.001, whose excess shows only beyond its ten printed places. */
function milli(): Rational {
  return { numerator: 1_152_921_504_606_847n, denominator: 2n ** 60n };
}

function parse(context: BuiltinContext, text: RegoValue = null): RegoValue {
  const [amount, rawUnit] = split(stringOperand(text, 1).replaceAll('"', ''), 'units.parse', 'no amount provided');
  const unit = rawUnit.slice(0, 1) + rawUnit.slice(1).toLowerCase();
  const factor = UNITS.get(unit);
  if (factor === undefined) throw new BuiltinError(`units.parse: unit ${unit} not recognized`);
  const number = parseRational(amount, context);
  if (number === undefined) throw new BuiltinError('units.parse: could not parse amount to a number');
  const numerator = number.numerator * factor.numerator;
  const denominator = number.denominator * factor.denominator;
  if (numerator % denominator === 0n) return fromBigint(numerator / denominator);
  return numberFromText(tenPlaces(numerator, denominator));
}

function parseBytes(context: BuiltinContext, text: RegoValue = null): RegoValue {
  const [amount, unit] = split(stringOperand(text, 1).toLowerCase().replaceAll('"', ''), 'units.parse_bytes', 'no byte amount provided');
  const factor = BYTE_UNITS.get(unit);
  if (factor === undefined) throw new BuiltinError(`units.parse_bytes: byte unit ${unit} not recognized`);
  const number = parseRational(amount, context);
  if (number === undefined) throw new BuiltinError('units.parse_bytes: could not parse byte amount to a number');
  // OPA computes with 64 bits of mantissa here, so 1.1kb is what those bits make of it.
  const rounded = roundToBits(number, 64);
  const product = roundToBits({ numerator: rounded.numerator * factor, denominator: rounded.denominator }, 64);
  return fromBigint(product.numerator / product.denominator);
}

/** Splits into amount and unit; an `e` belongs to the amount only when digits or a sign follow. */
function split(text: string, name: string, missing: string): [string, string] {
  if (text.includes(' ')) throw new BuiltinError(`${name}: spaces not allowed in resource strings`);
  let end = 0;
  while (end < text.length) {
    const character = text[end] ?? '';
    if (/[eE]/.test(character)) {
      const exponent = /^[eE](?:[+-](\d*)|(\d+))/.exec(text.slice(end));
      if (exponent === null) break;
      if ((exponent[1] ?? exponent[2] ?? '').length > MAX_EXPONENT_DIGITS) throw new BuiltinError(`${name}: exponent too large`);
      end += /[+-]/.test(text[end + 1] ?? '') ? 2 : 1;
    } else if (/[\d.+-]/.test(character)) {
      end++;
    } else {
      break;
    }
  }
  if (end === 0) throw new BuiltinError(`${name}: ${missing}`);
  return [text.slice(0, end), text.slice(end)];
}

/** Ten places after the point, half away from zero. */
function tenPlaces(numerator: bigint, denominator: bigint): string {
  const negative = numerator < 0n;
  const twice = ((negative ? -numerator : numerator) * 2n * 10n ** 10n) / denominator;
  const rounded = (twice + 1n) / 2n;
  const digits = rounded.toString().padStart(11, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`;
}

export const unitBuiltins: BuiltinGroup = { 'units.parse': parse, 'units.parse_bytes': parseBytes };
