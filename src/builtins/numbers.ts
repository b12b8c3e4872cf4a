import { randomBytes } from 'node:crypto';
import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { formatInt } from './format-int.js';
import { bigintOperand, fromBigint, intOperand } from './numeric.js';
import { stringOperand } from './operands.js';
import { tooLarge } from './text-limit.js';
import { toNumber } from './to-number.js';

/** Numbers that one range may hold: beyond it the answer would not fit the memory of an instance anyway. */
const MAX_RANGE = 10_000_000n;

function rangeStep(context: BuiltinContext, from: RegoValue = null, to: RegoValue = null, step: RegoValue = null): RegoValue {
  const start = bigintOperand(from, 1);
  const end = bigintOperand(to, 2);
  const stride = bigintOperand(step, 3);
  if (stride <= 0n) throw new BuiltinError('numbers.range_step: step must be a positive integer');
  const distance = start <= end ? end - start : start - end;
  if (distance / stride >= MAX_RANGE) throw tooLarge(`The range has more than ${MAX_RANGE} numbers`);
  const signed = start <= end ? stride : -stride;
  return Array.from({ length: Number(distance / stride) + 1 }, (_, index) => {
    context.step();
    return fromBigint(start + BigInt(index) * signed);
  });
}

/** The same number for the same key and bound within one evaluation. */
function intn(context: BuiltinContext, key: RegoValue = null, bound: RegoValue = null): RegoValue {
  const name = stringOperand(key, 1);
  const limit = intOperand(bound, 2);
  if (limit === 0n) return 0;
  const size = limit < 0n ? -limit : limit;
  const memoKey = `rand.intn\u0000${size}\u0000${name}`;
  const known = context.memo.get(memoKey);
  if (known !== undefined) return known;
  // 128 random bits make the bias of the remainder smaller than 2^-64.
  const number = fromBigint(BigInt(`0x${randomBytes(16).toString('hex')}`) % size);
  context.memo.set(memoKey, number);
  return number;
}

export const numberBuiltins: BuiltinGroup = {
  format_int: formatInt,
  'numbers.range_step': rangeStep,
  'rand.intn': intn,
  to_number: toNumber,
};
