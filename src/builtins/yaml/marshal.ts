import { formatJson } from '../../value/format-json.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { isNumber, numberText } from '../numeric.js';
import { isArray } from '../operands.js';
import { compareKeys } from './key-order.js';
import { isSimpleKey, numberYaml, stringText } from './scalar-style.js';

/** Characters that no YAML stream may hold; OPA reads its own JSON back as YAML and stops at them. */
const UNREADABLE = /[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** Columns that each level is set in by. */
const STEP = 2;

/** A value in the block style of go-yaml 3. Throws BuiltinError. */
export function marshalYaml(value: RegoValue): string {
  return `${node(value, 0)}\n`;
}

/** The node without its final line break. `indent` is the column where its own lines begin, the first being placed by the caller. */
function node(value: RegoValue, indent: number): string {
  if (typeof value === 'string') return stringText(readable(value), indent === 0 ? STEP : indent);
  if (isNumber(value)) return numberYaml(numberText(value));
  if (value instanceof RegoObject) return value.size === 0 ? '{}' : mapping(value, indent);
  const items = value instanceof RegoSet ? value.members : value;
  if (!isArray(items)) return String(items);
  if (items.length === 0) return '[]';
  return items.map((item) => `- ${node(item, indent + STEP)}`).join(`\n${' '.repeat(indent)}`);
}

function mapping(value: RegoObject, indent: number): string {
  const members = new Map(value.entries.map(([key, item]) => [typeof key === 'string' ? key : formatJson(key), item]));
  const sorted = [...members].sort(([a], [b]) => compareKeys(a, b));
  return sorted.map(([key, item]) => member(readable(key), item, indent)).join(`\n${' '.repeat(indent)}`);
}

function member(key: string, value: RegoValue, indent: number): string {
  const margin = ' '.repeat(indent);
  const inner = indent + STEP;
  if (!isSimpleKey(key)) return `? ${stringText(key, inner)}\n${margin}: ${node(value, inner)}`;
  const isBlock = (value instanceof RegoObject && value.size > 0) || (sequenceLength(value) ?? 0) > 0;
  return `${stringText(key, inner, true)}:${isBlock ? `\n${' '.repeat(inner)}` : ' '}${node(value, inner)}`;
}

function sequenceLength(value: RegoValue): number | undefined {
  if (value instanceof RegoSet) return value.size;
  return isArray(value) ? value.length : undefined;
}

function readable(text: string): string {
  if (UNREADABLE.test(text)) throw new BuiltinError('yaml: control characters are not allowed');
  return text;
}
