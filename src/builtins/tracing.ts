import { RegoSet } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { arrayOperand, stringOperand, typeName } from './operands.js';
import { termText } from './term-text.js';

/** Lines that one print call may write: it prints every combination of its operands. */
const MAX_LINES = 1_000;

/** There is no tracer here: a note is accepted and dropped. */
function trace(_context: BuiltinContext, note: RegoValue = null): RegoValue {
  stringOperand(note, 1);
  return true;
}

/**
 * The compiler hands `print` operands over as sets: one member where the operand had a value, none where it was undefined,
 * several where it had several values. Each combination is one line.
 */
function print(context: BuiltinContext, operands: RegoValue = null): RegoValue {
  let lines: readonly string[][] = [[]];
  for (const operand of arrayOperand(operands, 1)) {
    const texts = operandTexts(operand);
    lines = lines.flatMap((line) => texts.map((text) => [...line, text])).slice(0, MAX_LINES);
  }
  for (const line of lines) context.print(line.join(' '));
  return true;
}

function operandTexts(operand: RegoValue): readonly string[] {
  if (operand instanceof RegoSet) return operand.size === 0 ? ['<undefined>'] : operand.members.map(printed);
  // Over the wasm boundary an operand may come as an array of its values.
  if (Array.isArray(operand)) return operand.length === 0 ? ['<undefined>'] : (operand as readonly RegoValue[]).map(printed);
  const type = typeName(operand);
  if (type === 'object') throw new BuiltinError(`illegal argument type: ${type}`);
  return [printed(operand)];
}

function printed(value: RegoValue): string {
  return typeof value === 'string' ? value : termText(value);
}

export const tracingBuiltins: BuiltinGroup = { trace, 'internal.print': print };
