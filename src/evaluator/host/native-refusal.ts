import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../../builtins/builtin.js';
import { exactInteger, isNumber, toDecimal } from '../../builtins/numeric.js';
import { isArray, refuseOperand, typeName } from '../../builtins/operands.js';
import { NATIVE_OPERANDS } from './native-operands.js';
import type { Operand } from './native-operands.js';

/** Throws why a native built-in answered nothing, as topdown would; returns where it is undefined without being an error. */
export function explainRefusal(name: string, args: readonly RegoValue[]): void {
  const operands = NATIVE_OPERANDS[name] ?? [];
  for (const [index, operand] of operands.entries()) {
    const value = args[index];
    if (value !== undefined) checkOperand(index + 1, value, operand);
  }
  refuseValues(name, args);
}

function checkOperand(position: number, value: RegoValue, { types, of }: Operand): void {
  if (!types.some((type) => isOfType(value, type))) refuseType(position, value, types);
  const members = value instanceof RegoSet ? value.members : isArray(value) ? value : [];
  const odd = of === undefined ? undefined : members.find((member) => typeName(member) !== of);
  if (odd === undefined) return;
  const whole = typeName(value);
  throw typeError(`operand ${position} must be ${whole} of ${of}s but got ${whole} containing ${typeName(odd)}`);
}

function isOfType(value: RegoValue, type: string): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'integer number':
      return isInteger(value);
    case 'an unsigned integer number':
      return isNumber(value) && isInteger(value) && !toDecimal(value).isNegative();
    case '{array, set}':
      return isArray(value) || value instanceof RegoSet;
    default:
      return typeName(value) === type || (isNumber(value) && exactInteger(value)?.toString() === type);
  }
}

function refuseType(position: number, value: RegoValue, types: readonly string[]): never {
  const [type] = types;
  if (type === '2') throw typeError(`operand ${position} must be one of {${types.join(', ')}}`);
  if (typeName(value) === 'number' && (type === 'integer number' || type === 'an unsigned integer number')) {
    if (isInteger(value)) throw typeError(`operand ${position} must be an unsigned integer number but got a negative integer`);
    throw typeError(`operand ${position} must be integer number but got floating-point number`);
  }
  return refuseOperand(position, value, ...types.map((wanted) => (wanted === 'an unsigned integer number' ? 'integer number' : wanted)));
}

/** The types are right, so it is the values. */
function refuseValues(name: string, args: readonly RegoValue[]): void {
  const [first = null, second = null] = args;
  switch (name) {
    case 'max':
    case 'min':
      // Of nothing they are undefined, which is no error.
      return;
    case 'minus':
      return refuseOperand(2, second, typeName(first));
    case 'div':
      throw new BuiltinError('divide by zero');
    case 'rem':
      throw new BuiltinError(isInteger(first) && isInteger(second) ? 'modulo by zero' : 'modulo on floating-point number');
    case 'substring':
      throw new BuiltinError('negative offset');
    case 'to_number':
      if (typeof first === 'string' && /^-?(?:inf|infinity|nan)$/i.test(first)) refuseOperand(1, first, 'valid number string');
      throw new BuiltinError(`strconv.ParseFloat: parsing ${JSON.stringify(first)}: invalid syntax`);
    case 'json.filter':
    case 'json.remove':
      return refusePaths(second);
    case 'strings.replace_n':
      return refusePattern(first);
    case 'net.cidr_contains':
    case 'net.cidr_intersects':
      throw new BuiltinError('not a valid textual representation of an IP address or CIDR');
    default:
      throw new BuiltinError('the arguments are refused');
  }
}

function refusePaths(paths: RegoValue): never {
  const members = paths instanceof RegoSet ? paths.members : isArray(paths) ? paths : [];
  const odd = members.find((member) => typeof member !== 'string' && !isArray(member)) ?? null;
  throw typeError(`operand 2 must be one of {set, array} containing string paths or array of path segments but got ${typeName(odd)}`);
}

function refusePattern(pattern: RegoValue): never {
  const entries = pattern instanceof RegoObject ? pattern.entries : [];
  const part = entries.every(([key]) => typeof key === 'string') ? 'value' : 'key';
  throw typeError(`operand 1 non-string ${part} found in pattern object`);
}

function typeError(message: string): BuiltinError {
  return new BuiltinError(message, { kind: 'type' });
}

function isInteger(value: RegoValue): boolean {
  return isNumber(value) && toDecimal(value).isInteger();
}
