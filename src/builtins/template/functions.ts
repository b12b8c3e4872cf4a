import { compareStrings } from '../../value/compare-strings.js';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { byteString, textFromByteString } from '../bytes.js';
import { newDirective } from '../go-format/directive.js';
import { goTypeName } from '../go-format/go-value.js';
import type { GoValue } from '../go-format/go-value.js';
import { sprintf } from '../go-format/printf.js';
import { formatValue } from '../go-format/value-format.js';
import { escapeQuery } from '../url/escapes.js';
import { escapeHtml, escapeJs } from './escapes.js';
import { compare, equal } from './comparison.js';

/** A value of a template; undefined where a member is missing, null where it is null. */
export type Value = GoValue | undefined;

type Callable = (args: readonly Value[], meter: Meter) => Value;

interface TemplateFunction {
  readonly least: number;
  readonly most?: number;
  readonly call: Callable;
}

/** `and` and `or` stop early, so the executor runs them; `call` needs functions in the data, which there are none of. */
const SPECIAL = new Set(['and', 'or', 'call']);

const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  html: { least: 0, call: (args) => escapeHtml(argumentText(args)) },
  js: { least: 0, call: (args) => escapeJs(argumentText(args)) },
  urlquery: { least: 0, call: (args) => escapeQuery(argumentText(args)) },
  print: { least: 0, call: (args) => sprint(args.map((arg) => arg ?? null)) },
  println: { least: 0, call: (args) => `${args.map((arg) => shown(arg ?? null)).join(' ')}\n` },
  printf: { least: 1, call: printf },
  len: { least: 1, most: 1, call: ([value]) => ({ type: 'int', value: BigInt(length(value)) }) },
  index: { least: 1, call: ([value, ...keys]) => keys.reduce<Value>(index, present(value)) },
  slice: { least: 1, most: 4, call: slice },
  not: { least: 1, most: 1, call: ([value]) => !isTrue(value) },
  eq: { least: 1, call: ([first, ...others]) => anyEqual(first, others) },
  ne: { least: 2, most: 2, call: ([a, b]) => !equal(a ?? null, b ?? null) },
  lt: { least: 2, most: 2, call: ([a, b]) => compare(a ?? null, b ?? null) < 0 },
  le: { least: 2, most: 2, call: ([a, b]) => compare(a ?? null, b ?? null) <= 0 },
  gt: { least: 2, most: 2, call: ([a, b]) => compare(a ?? null, b ?? null) > 0 },
  ge: { least: 2, most: 2, call: ([a, b]) => compare(a ?? null, b ?? null) >= 0 },
};

export function isFunction(name: string): boolean {
  return SPECIAL.has(name) || Object.hasOwn(FUNCTIONS, name);
}

/** Calls a function with evaluated arguments; throws BuiltinError. */
export function callFunction(name: string, args: readonly Value[], meter: Meter): Value {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) throw new BuiltinError(`template: error calling ${name}: non-function`);
  if (args.length < known.least || args.length > (known.most ?? args.length)) {
    throw new BuiltinError(`template: wrong number of args for ${name}: got ${args.length}`);
  }
  meter.step(args.reduce<number>((sum, arg) => sum + (typeof arg === 'string' ? arg.length >> 4 : 1), 1));
  return known.call(args, meter);
}

/** Go templates take empty collections, zero, false and nothing for false. Numbers of the data are texts there, so 0 is true. */
export function isTrue(value: Value): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'boolean') return value;
  switch (value.type) {
    case 'json.Number':
      return true;
    case '[]interface {}':
      return value.items.length > 0;
    case 'map[string]interface {}':
      return value.entries.length > 0;
    case 'float64':
      return value.value !== 0;
    default:
      return value.value !== 0n;
  }
}

/** The value as an action prints it. */
export function shown(value: GoValue): string {
  return formatValue(value, 'v', newDirective());
}

/** Go's fmt.Sprint: a blank between two values of which none is a string. */
function sprint(values: readonly GoValue[]): string {
  let text = '';
  let afterText = true;
  for (const value of values) {
    const isText = typeof value === 'string' || (typeof value === 'object' && value?.type === 'json.Number');
    text += (isText || afterText ? '' : ' ') + shown(value);
    afterText = isText;
  }
  return text;
}

function argumentText(args: readonly Value[]): string {
  return sprint(args.map((arg) => arg ?? '<no value>'));
}

function printf([format, ...args]: readonly Value[], meter: Meter): string {
  if (typeof format !== 'string') throw new BuiltinError('template: wrong type for value; expected string');
  return sprintf(
    format,
    args.map((arg) => arg ?? null),
    meter,
  );
}

function present(value: Value): GoValue {
  if (value === undefined || value === null) throw new BuiltinError('template: error calling index: index of untyped nil');
  return value;
}

/** Bytes of a text, items of a list, members of a map. */
function length(value: Value): number {
  const text = asText(value);
  if (text !== undefined) return Buffer.byteLength(text);
  if (typeof value === 'object' && value?.type === '[]interface {}') return value.items.length;
  if (typeof value === 'object' && value?.type === 'map[string]interface {}') return value.entries.length;
  throw new BuiltinError(`template: error calling len: len of type ${goTypeName(value ?? null)}`);
}

function asText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value?.type === 'json.Number' ? value.text : undefined;
}

function index(item: Value, key: Value): Value {
  if (typeof item === 'object' && item?.type === 'map[string]interface {}') {
    if (typeof key !== 'string') throw new BuiltinError('template: error calling index: value has wrong type; should be string');
    // Unlike a field, a missing member is null here.
    return item.entries.find(([name]) => compareStrings(name, key) === 0)?.[1] ?? null;
  }
  const text = asText(item);
  if (text !== undefined) {
    const bytes = Buffer.from(text);
    const at = position(key, bytes.length - 1);
    return { type: 'int', value: BigInt(bytes[at] ?? 0) };
  }
  if (typeof item === 'object' && item?.type === '[]interface {}') return item.items[position(key, item.items.length - 1)] ?? null;
  throw new BuiltinError(`template: error calling index: can't index item of type ${goTypeName(item ?? null)}`);
}

function position(key: Value, last: number): number {
  if (typeof key !== 'object' || key?.type !== 'int') throw new BuiltinError('template: cannot index slice/array with this type');
  if (key.value < 0n || key.value > BigInt(last)) throw new BuiltinError(`template: index out of range: ${key.value}`);
  return Number(key.value);
}

function slice([item, ...bounds]: readonly Value[], { step }: Meter): Value {
  const text = asText(item);
  const list = typeof item === 'object' && item?.type === '[]interface {}' ? item.items : undefined;
  if (text === undefined && list === undefined) throw new BuiltinError("template: error calling slice: can't slice this item");
  const bytes = byteString(text ?? '');
  const size = list?.length ?? bytes.length;
  if (list === undefined && bounds.length > 2) throw new BuiltinError('template: error calling slice: cannot 3-index slice a string');
  const [from = 0, to = size, cap = size] = bounds.map((bound) => position(bound, size));
  if (from > to || to > cap) throw new BuiltinError(`template: error calling slice: invalid slice index: ${from} > ${to}`);
  if (list !== undefined) return { type: '[]interface {}', items: list.slice(from, to) };
  const part = textFromByteString(bytes.slice(from, to), step);
  return typeof item === 'string' ? part : { type: 'json.Number', text: part };
}

function anyEqual(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new BuiltinError('template: error calling eq: missing argument for comparison');
  return others.some((other) => equal(first ?? null, other ?? null));
}
