import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { Builtin, BuiltinGroup } from './builtin.js';
import { bigintOperand, fromBigint } from './numeric.js';
import { digitsWork } from './rational.js';
import { tooLarge } from './text-limit.js';

/** Bits of the largest integer that a shift makes: some times those of OPA's largest number that is written with an exponent. */
const MAX_BITS = 400_000;

/** Decimal digits for each bit. */
const DIGITS_PER_BIT = 0.302;

function binary(operate: (a: bigint, b: bigint) => bigint): Builtin {
  return (_context, left = null, right = null) => fromBigint(operate(bigintOperand(left, 1), bigintOperand(right, 2)));
}

/** OPA takes the lowest 64 bits of what to shift by. */
function shiftOperand(value: RegoValue): bigint {
  const shift = bigintOperand(value, 2);
  if (shift >= 0n) return BigInt.asUintN(64, shift);
  throw new BuiltinError('operand 2 must be an unsigned integer number but got a negative integer', { kind: 'type' });
}

/** `bits.*` as topdown has them: integers of any size, however they are written (`1.0` and `1e3` are some). */
export const bitBuiltins: BuiltinGroup = {
  'bits.and': binary((a, b) => a & b),
  'bits.or': binary((a, b) => a | b),
  'bits.xor': binary((a, b) => a ^ b),
  'bits.negate': (_context, value = null) => fromBigint(~bigintOperand(value, 1)),
  'bits.lsh': ({ reserve }, value = null, by = null) => {
    const [integer, shift] = [bigintOperand(value, 1), shiftOperand(by)];
    if (integer === 0n) return 0;
    if (shift > MAX_BITS) throw tooLarge(`The integer has more than ${MAX_BITS} bits`);
    reserve(digitsWork(Number(shift) * DIGITS_PER_BIT));
    return fromBigint(integer << shift);
  },
  'bits.rsh': (_context, value = null, by = null) => {
    const [integer, shift] = [bigintOperand(value, 1), shiftOperand(by)];
    // All bits are gone long before.
    return fromBigint(integer >> (shift > MAX_BITS ? BigInt(MAX_BITS) : shift));
  },
};
