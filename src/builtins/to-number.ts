import type { RegoValue } from '../value/value.js';
import { numberFromText } from '../value/number.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext } from './builtin.js';
import { isNumber } from './numeric.js';
import { refuseOperand } from './operands.js';

const NOT_FINITE = /^-?(?:inf|infinity|nan)$/i;

/** Leading zeros are told from the digits by what they are: two ways to read one text take a time that grows with its square. */
const DECIMAL = /^(?<sign>[+-]?)0*(?<whole>(?:[1-9]\d*)?)(?<fraction>\.\d*)?(?<exponent>[eE][+-]?\d+)?$/;

/**
 * `to_number` as topdown has it. A text that is a number but not one of JSON (`01`, `.5`) becomes one, where OPA keeps a number
 * that it cannot print.
 */
export function toNumber(_context: BuiltinContext, value: RegoValue = null): RegoValue {
  if (value === null) return 0;
  if (typeof value === 'boolean') return Number(value);
  if (isNumber(value)) return value;
  if (typeof value !== 'string') return refuseOperand(1, value, 'null', 'boolean', 'number', 'string');
  if (NOT_FINITE.test(value)) return refuseOperand(1, value, 'valid number string');
  const groups = /\d/.test(value) ? DECIMAL.exec(value)?.groups : undefined;
  if (groups === undefined) throw new BuiltinError(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`);
  if (!Number.isFinite(Number(value))) throw new BuiltinError(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: value out of range`);
  const { sign = '', whole = '', fraction = '', exponent = '' } = groups;
  return numberFromText(`${sign === '-' ? sign : ''}${whole === '' ? '0' : whole}${fraction === '.' ? '' : fraction}${exponent}`);
}
