import type { Step } from '../value/step.js';
import { RegoSet } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { arrayOperand, isArray, stringOperand, typeName } from './operands.js';
import { termText } from './term-text.js';
import { MAX_TEXT_LENGTH } from './text-limit.js';

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
    const texts = operandTexts(operand, context.step);
    lines = lines.slice(0, Math.ceil(MAX_LINES / Math.max(texts.length, 1))).flatMap((line) => extended(line, texts.slice(0, MAX_LINES)));
    lines = lines.slice(0, MAX_LINES);
  }
  let length = 0;
  for (const line of lines) {
    const text = line.join(' ');
    context.step(1 + (text.length >> 6));
    length += text.length;
    if (length > MAX_TEXT_LENGTH) break;
    context.print(text);
  }
  return true;
}

function extended(line: readonly string[], texts: readonly string[]): string[][] {
  return texts.map((text) => [...line, text]);
}

function operandTexts(operand: RegoValue, step: Step): readonly string[] {
  const list = (values: readonly RegoValue[]): readonly string[] =>
    values.length === 0 ? ['<undefined>'] : values.slice(0, MAX_LINES).map((value) => printed(value, step));
  if (operand instanceof RegoSet) return list(operand.members);
  // Over the wasm boundary an operand may come as an array of its values.
  if (isArray(operand)) return list(operand);
  const type = typeName(operand);
  if (type === 'object') throw new BuiltinError(`illegal argument type: ${type}`);
  return [printed(operand, step)];
}

function printed(value: RegoValue, step: Step): string {
  return typeof value === 'string' ? value : termText(value, step);
}

export const tracingBuiltins: BuiltinGroup = { trace, 'internal.print': print };
