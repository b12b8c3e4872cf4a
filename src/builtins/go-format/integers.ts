import { pad } from './directive.js';
import type { Directive } from './directive.js';
import { isPrintable, quoteRune } from './quote.js';

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };
const REPLACEMENT = '\ufffd';

/** An int64 under a verb; undefined when the verb is not one for integers. */
export function formatInteger(value: bigint, verb: string, directive: Directive): string | undefined {
  if (verb === 'c') return pad(character(value), directive);
  if (verb === 'q') return pad(quoteRune(character(value), directive.plus), directive);
  if (verb === 'U') return pad(unicodeForm(value, directive), directive, false);
  const base = BASES[verb];
  if (base === undefined) return undefined;
  const { precision, width = 0 } = directive;
  if (precision === 0 && value === 0n) return ' '.repeat(width);
  const sign = value < 0n ? '-' : directive.plus ? '+' : directive.space ? ' ' : '';
  let digits = magnitude(value, base, verb);
  if (precision !== undefined) digits = digits.padStart(precision, '0');
  else if (directive.zero && !directive.minus) digits = digits.padStart(width - sign.length, '0');
  let prefix = directive.sharp ? (PREFIXES[verb] ?? '') : '';
  if (verb === 'o' && digits.startsWith('0')) prefix = '';
  // `%#O` of Go writes the leading zero of `%#o` before its own prefix.
  if (verb === 'O') prefix = directive.sharp && !digits.startsWith('0') ? '0o0' : '0o';
  return pad(sign + prefix + digits, directive, false);
}

/** An integer beyond int64 under a verb: Go's big.Int has padding rules of its own. */
export function formatBigInteger(value: bigint, verb: string, directive: Directive): string {
  const base = verb === 's' ? 10 : BASES[verb];
  if (base === undefined) return `%!${verb}(big.Int=${value})`;
  const { precision, width = 0 } = directive;
  const sign = value < 0n ? '-' : directive.plus || directive.plusV ? '+' : directive.space ? ' ' : '';
  const prefix = verb === 'O' ? '0o' : directive.sharp || directive.sharpV ? (PREFIXES[verb] ?? '') : '';
  const digits = magnitude(value, base, verb).padStart(precision ?? 0, '0');
  const missing = Math.max(width - sign.length - prefix.length - digits.length, 0);
  if (directive.minus) return sign + prefix + digits + ' '.repeat(missing);
  if (directive.zero && precision === undefined) return sign + prefix + '0'.repeat(missing) + digits;
  return ' '.repeat(missing) + sign + prefix + digits;
}

/** The memory of a big.Int as Go prints a pointer to it: its sign and its 64-bit words, lowest first. */
export function bigIntegerStruct(value: bigint): string {
  const words: bigint[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 64n) words.push(BigInt.asUintN(64, rest));
  return `&{${value < 0n} [${words.join(' ')}]}`;
}

function magnitude(value: bigint, base: number, verb: string): string {
  const digits = (value < 0n ? -value : value).toString(base);
  return verb === 'X' ? digits.toUpperCase() : digits;
}

function character(value: bigint): string {
  const code = BigInt.asUintN(64, value);
  if (code > 0x10ffffn || (code >= 0xd800n && code <= 0xdfffn)) return REPLACEMENT;
  return String.fromCodePoint(Number(code));
}

function unicodeForm(value: bigint, directive: Directive): string {
  const code = BigInt.asUintN(64, value);
  const digits = code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(directive.precision ?? 0, 4), '0');
  const shown = directive.sharp && code <= 0x10ffffn && isPrintable(character(value)) ? ` '${character(value)}'` : '';
  return `U+${digits}${shown}`;
}
