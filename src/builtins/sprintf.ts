import type { RegoValue } from '../value/value.js';
import type { BuiltinContext, BuiltinGroup, Meter } from './builtin.js';
import type { GoValue } from './go-format/go-value.js';
import { sprintf } from './go-format/printf.js';
import { int64, isNumber, numberText, toFloat64 } from './numeric.js';
import type { RegoNumber } from './numeric.js';
import { arrayOperand, stringOperand } from './operands.js';
import { digitsWork } from './rational.js';
import { termText } from './term-text.js';

function format(context: BuiltinContext, text: RegoValue = null, values: RegoValue = null): RegoValue {
  const template = stringOperand(text, 1);
  const args = arrayOperand(values, 2).map((value) => argument(value, context));
  return sprintf(template, args, context);
}

/** What OPA hands to Go's fmt: strings and numbers as they are, everything else as its Rego text. */
function argument(value: RegoValue, meter: Meter): GoValue {
  if (typeof value === 'string') return value;
  return isNumber(value) ? numberArgument(value, meter) : termText(value, meter.step);
}

function numberArgument(value: RegoNumber, { reserve }: Meter): GoValue {
  const text = numberText(value);
  if (/[.eE]/.test(text)) {
    const float = toFloat64(value);
    return float === undefined ? text : { type: 'float64', value: float };
  }
  const integer = int64(value);
  if (integer !== undefined) return { type: 'int64', value: integer };
  reserve(digitsWork(text.length));
  return { type: '*big.Int', value: BigInt(text), digits: text.length };
}

export const sprintfBuiltins: BuiltinGroup = { sprintf: format };
