import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { fromBigint, numberFromText } from '../numeric.js';

/** What a scalar turned out to be; `binary` and `string` carry text. */
export interface Resolved {
  readonly tag: 'null' | 'bool' | 'int' | 'float' | 'str';
  readonly value: RegoValue;
}

const WORDS = new Map<string, Resolved>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { tag: 'null', value: null }] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { tag: 'bool', value: true }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { tag: 'bool', value: false }] as const),
]);

/** Numbers of YAML that JSON cannot carry. */
const UNWRITABLE = /^(?:\.(?:nan|NaN|NAN)|[+-]?\.(?:inf|Inf|INF))$/;

/** True for the infinities and NaN of YAML: fine as keys, refused as values. */
export function isUnwritable(text: string): boolean {
  return UNWRITABLE.test(text);
}

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * A plain scalar under the rules of go-yaml 3: YAML 1.2 words for null and booleans, and of YAML 1.1 the octals with a lone
 * zero and the underscores. Dates stay strings, as OPA has them.
 */
export function resolvePlain(text: string): Resolved {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (isUnwritable(text)) throw new BuiltinError(`json: unsupported value: ${text}`);
  const number = /^[0-9+.-]/.test(text) && !isTimestamp(text) ? resolveNumber(text) : undefined;
  return number ?? { tag: 'str', value: text };
}

/** Dates begin with a year; nothing else of that shape is a number anyway. */
function isTimestamp(text: string): boolean {
  return /^[0-9]{4}-[0-9]/.test(text);
}

function resolveNumber(text: string): Resolved | undefined {
  // A leading point skips the integer rules, and with them the underscores.
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '');
  const integer = text.startsWith('.') ? undefined : parseInteger(plain);
  if (integer !== undefined) return { tag: 'int', value: fromBigint(integer) };
  return FLOAT.test(plain) ? floatValue(Number(plain)) : undefined;
}

/** A number as Go's JSON encoder writes the float64, which is how JavaScript prints it. */
function floatValue(value: number): Resolved | undefined {
  if (!Number.isFinite(value)) return undefined;
  return { tag: 'float', value: numberFromText(Object.is(value, -0) ? '-0' : String(value)) };
}

/** Decimal, 0x, 0o, 0b and octal by a lone zero, within int64 or uint64. */
function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(?:(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)|0([0-7]+)|(0|[1-9][0-9]*))$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', prefixed, octal, decimal = '0'] = match;
  const digits = prefixed?.toLowerCase() ?? (octal === undefined ? decimal : `0o${octal}`);
  // Beyond 64 bits, and integers of many digits take long to read.
  if (digits.replace(/^0[xob]?0*/, '').length > 64) return undefined;
  const magnitude = BigInt(digits);
  const value = sign === '-' ? -magnitude : magnitude;
  // An unsigned number may be larger, but it has no sign.
  return value >= MIN_INT64 && value <= (sign === '' ? MAX_UINT64 : 2n ** 63n - 1n) ? value : undefined;
}
