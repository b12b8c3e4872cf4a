import { isPrintable } from '../go-format/quote.js';

const HTML: Readonly<Record<string, string>> = { '"': '&#34;', "'": '&#39;', '&': '&amp;', '<': '&lt;', '>': '&gt;', '\0': '\ufffd' };
const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

export function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (character) => HTML[character] ?? character);
}

/** For use inside a JavaScript string: what Go's template package leaves printable stays. */
export function escapeJs(text: string): string {
  return Array.from(text, jsCharacter).join('');
}

function jsCharacter(character: string): string {
  const known = JS[character];
  if (known !== undefined) return known;
  if (character >= ' ' && (character < '\u0080' || isPrintable(character))) return character;
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
