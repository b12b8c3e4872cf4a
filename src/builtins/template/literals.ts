import { BuiltinError } from '../builtin.js';
import type { GoValue } from '../go-format/go-value.js';

const ESCAPES: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const ESCAPE = /\\(?:([abfnrtv\\'"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)/g;

const INT64 = 2n ** 63n;

/** The text of a quoted or raw Go string. */
export function unquote(quoted: string): string {
  if (quoted.startsWith('`')) return quoted.slice(1, -1).replaceAll('\r', '');
  const mark = quoted.slice(0, 1);
  return quoted.slice(1, -1).replace(ESCAPE, (escape, letter?: string, octal?: string, ...hex: (string | undefined)[]) => {
    if (letter !== undefined && (!/['"]/.test(letter) || letter === mark)) return ESCAPES[letter] ?? letter;
    const code =
      octal === undefined ? Number.parseInt(hex.slice(0, 3).find((digits) => digits !== undefined) ?? 'x', 16) : Number.parseInt(octal, 8);
    if (Number.isNaN(code) || code > 0x10ffff) throw new BuiltinError(`template: invalid syntax: ${escape}`);
    return String.fromCodePoint(code);
  });
}

/** A number of a template: int when it is written as one, float64 otherwise. */
export function numberValue(text: string): GoValue {
  const plain = text.replaceAll('_', '');
  const negative = plain.startsWith('-');
  const digits = plain.replace(/^[+-]/, '');
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (/^(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/.test(octal)) {
    const value = negative ? -BigInt(octal) : BigInt(octal);
    if (value >= INT64 || value < -INT64) throw new BuiltinError(`template: ${text} overflows int`);
    return { type: 'int', value };
  }
  const isFloat = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(digits);
  if (!isFloat || !Number.isFinite(Number(plain))) throw new BuiltinError(`template: bad number syntax: "${text}"`);
  return { type: 'float64', value: Number(plain) };
}

/** A character constant counts as its code point. */
export function characterValue(quoted: string): GoValue {
  const [character, ...more] = Array.from(unquote(quoted));
  if (character === undefined || more.length > 0) throw new BuiltinError(`template: malformed character constant: ${quoted}`);
  return { type: 'int', value: BigInt(character.codePointAt(0) ?? 0) };
}
