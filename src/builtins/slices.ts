import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { intOperand } from './numeric.js';
import { arrayOperand, stringOperand } from './operands.js';

/** The characters from an offset on, all of them for a negative length. */
function substring(_context: BuiltinContext, text: RegoValue = null, offset: RegoValue = null, length: RegoValue = null): RegoValue {
  const base = stringOperand(text, 1);
  const [from, count] = [intOperand(offset, 2), intOperand(length, 3)];
  if (from < 0n) throw new BuiltinError('negative offset');
  const characters = Array.from(base);
  const size = BigInt(characters.length);
  const [start, end] = [clamp(from, size), count < 0n ? size : clamp(from + count, size)];
  return characters.slice(Number(start), Number(end)).join('');
}

/** The elements from one index up to another, both within the array. */
function slice(_context: BuiltinContext, array: RegoValue = null, from: RegoValue = null, to: RegoValue = null): RegoValue {
  const items = arrayOperand(array, 1);
  const [start, stop] = [intOperand(from, 2), intOperand(to, 3)];
  const end = clamp(stop, BigInt(items.length));
  return items.slice(Number(clamp(start, end)), Number(end));
}

function clamp(value: bigint, most: bigint): bigint {
  if (value < 0n) return 0n;
  return value > most ? most : value;
}

export const sliceBuiltins: BuiltinGroup = { substring, 'array.slice': slice };
