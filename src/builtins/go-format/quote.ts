import { UNKNOWN_TO_GO } from './newer-characters.js';

/** Letters, marks, numbers, punctuation, symbols and the ASCII blank: what Go's strconv.IsPrint accepts. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** True when Go would print the character as it is. */
export function isPrintable(character: string): boolean {
  return PRINTABLE.test(character) && (character < '\u0800' || !UNKNOWN_TO_GO.test(character));
}

/** The string as Go's strconv.Quote writes it; `ascii` escapes everything beyond ASCII too. */
export function quoteString(text: string, ascii = false): string {
  let quoted = '"';
  for (const character of text) quoted += escapeCharacter(character, '"', ascii);
  return `${quoted}"`;
}

/** The code point in single quotes, as Go's strconv.QuoteRune writes it. */
export function quoteRune(character: string, ascii = false): string {
  return `'${escapeCharacter(character, "'", ascii)}'`;
}

/** True when a raw string between backquotes can hold the text. */
export function canBackquote(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what a raw string must not hold
  return !/[\u0000-\u0008\u000a-\u001f\u007f`\ufeff]/.test(text);
}

function escapeCharacter(character: string, quote: string, ascii: boolean): string {
  if (character === quote || character === '\\') return `\\${character}`;
  const code = character.codePointAt(0) ?? 0;
  if ((!ascii || code < 0x80) && isPrintable(character)) return character;
  const short = ESCAPES[character];
  if (short !== undefined) return short;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
