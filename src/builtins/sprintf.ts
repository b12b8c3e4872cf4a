import type { RegoValue } from '../value/value.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import type { GoValue } from './go-format/go-value.js';
import { sprintf } from './go-format/printf.js';
import { int64, isNumber, numberText, toFloat64 } from './numeric.js';
import type { RegoNumber } from './numeric.js';
import { arrayOperand, stringOperand } from './operands.js';
import { termText } from './term-text.js';

function format(_context: BuiltinContext, text: RegoValue = null, values: RegoValue = null): RegoValue {
  const template = stringOperand(text, 1);
  return sprintf(template, arrayOperand(values, 2).map(argument));
}

/** What OPA hands to Go's fmt: strings and numbers as they are, everything else as its Rego text. */
function argument(value: RegoValue): GoValue {
  if (typeof value === 'string') return value;
  return isNumber(value) ? numberArgument(value) : termText(value);
}

function numberArgument(value: RegoNumber): GoValue {
  const text = numberText(value);
  if (/[.eE]/.test(text)) {
    const float = toFloat64(value);
    return float === undefined ? text : { type: 'float64', value: float };
  }
  const integer = int64(value);
  return integer === undefined ? { type: '*big.Int', value: BigInt(text) } : { type: 'int64', value: integer };
}

export const sprintfBuiltins: BuiltinGroup = { sprintf: format };
