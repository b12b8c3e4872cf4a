import { formatJson } from '../../value/format-json.js';
import type { Step } from '../../value/step.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { isNumber, numberText } from '../numeric.js';
import { isArray } from '../operands.js';
import { checkTextLength } from '../text-limit.js';
import { compareKeys } from './key-order.js';
import { isSimpleKey, numberYaml, stringText } from './scalar-style.js';

/** Characters that no YAML stream may hold; OPA reads its own JSON back as YAML and stops at them. */
const UNREADABLE = /[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** Columns that each level is set in by. */
const STEP = 2;

/** A value in the block style of go-yaml 3. Throws BuiltinError. */
export function marshalYaml(value: RegoValue, step: Step): string {
  return `${node(value, 0, step)}\n`;
}

/** The node without its final line break. `indent` is the column where its own lines begin, the first being placed by the caller. */
function node(value: RegoValue, indent: number, step: Step): string {
  // A line is set in by two columns for each level.
  step(1 + (indent >> 4));
  if (typeof value === 'string') return stringText(readable(value), indent === 0 ? STEP : indent);
  if (isNumber(value)) return numberYaml(numberText(value));
  if (value instanceof RegoObject) return value.size === 0 ? '{}' : mapping(value, indent, step);
  const items = value instanceof RegoSet ? value.members : value;
  if (!isArray(items)) return String(items);
  if (items.length === 0) return '[]';
  const lines = items.map((item) => `- ${node(item, indent + STEP, step)}`);
  return joined(lines, indent, step);
}

/** The lines below each other. What is inside of levels is copied once for each of them. */
function joined(lines: readonly string[], indent: number, step: Step): string {
  const text = lines.length === 1 ? (lines[0] ?? '') : lines.join(`\n${' '.repeat(indent)}`);
  step(text.length >> 10);
  checkTextLength(text.length);
  return text;
}

function mapping(value: RegoObject, indent: number, step: Step): string {
  const members = new Map(value.entries.map(([key, item]) => [typeof key === 'string' ? key : formatJson(key), item]));
  const sorted = [...members].sort(([a], [b]) => {
    step(1 + ((a.length + b.length) >> 3));
    return compareKeys(a, b);
  });
  const lines = sorted.map(([key, item]) => member(readable(key), item, indent, step));
  return joined(lines, indent, step);
}

function member(key: string, value: RegoValue, indent: number, step: Step): string {
  const margin = ' '.repeat(indent);
  const inner = indent + STEP;
  if (!isSimpleKey(key)) return `? ${stringText(key, inner)}\n${margin}: ${node(value, inner, step)}`;
  const isBlock = (value instanceof RegoObject && value.size > 0) || (sequenceLength(value) ?? 0) > 0;
  return `${stringText(key, inner, true)}:${isBlock ? `\n${' '.repeat(inner)}` : ' '}${node(value, inner, step)}`;
}

function sequenceLength(value: RegoValue): number | undefined {
  if (value instanceof RegoSet) return value.size;
  return isArray(value) ? value.length : undefined;
}

function readable(text: string): string {
  if (UNREADABLE.test(text)) throw new BuiltinError('yaml: control characters are not allowed');
  return text;
}
