import type { Parsed } from './options.js';
import { bounded } from './scope.js';
import type { Output } from './scope.js';

/** What a command prints, where its words and its input say so: how programs are put together to hide them. */
export function printed(name: string, words: readonly string[], parsed: Parsed, input: Output | undefined): string | undefined {
  const text = input?.text;
  switch (name) {
    case 'echo':
      return echo(words);
    case 'printf':
      return printf(words);
    case 'which':
    case 'command':
    case 'type':
    case 'basename':
      return parsed.operands.at(-1);
    case 'cat':
    case 'tee':
      return parsed.operands.length === 0 || name === 'tee' || parsed.operands[0] === '-' ? text : undefined;
    case 'base64':
    case 'base32':
      return parsed.flags.some((flag) => /^(?:d|D|decode)$/.test(flag)) && name === 'base64' ? decode(text, 'base64') : undefined;
    case 'xxd':
      return parsed.flags.includes('r') ? decode(text?.replace(/\s+/g, ''), 'hex') : undefined;
    case 'rev':
      return text
        ?.split('\n')
        .map((line) => Array.from(line).reverse().join(''))
        .join('\n');
    case 'tr':
      return translate(text, words);
    case 'true':
    case ':':
      return '';
    default:
      return undefined;
  }
}

function echo(words: readonly string[]): string {
  const plain = words.findIndex((word) => !/^-[neE]+$/.test(word));
  const said = plain < 0 ? '' : words.slice(plain).join(' ');
  return `${words.slice(0, Math.max(plain, 0)).some((word) => word.includes('e')) ? unescape(said) : said}\n`;
}

function printf([format = '', ...values]: readonly string[]): string {
  let next = 0;
  const said = unescape(format).replace(/%(?:[bscd]|%)/g, (mark) => (mark === '%%' ? '%' : (values[next++] ?? '')));
  // A format is used again until the values are out.
  return /%[bs]/.test(format) && next < values.length ? said + values.slice(next).join('') : said;
}

function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{1,2})|0?([0-7]{3})|([nt\\]))/g, (_all, hex?: string, octal?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    return letter === 'n' ? '\n' : letter === 't' ? '\t' : '\\';
  });
}

function decode(text: string | undefined, encoding: 'base64' | 'hex'): string | undefined {
  if (text === undefined) return undefined;
  const decoded = Buffer.from(text, encoding).toString('utf8');
  return decoded.includes('\ufffd') ? undefined : bounded(decoded);
}

/** `tr` between two lists of the same length: the shifted alphabets that programs are hidden with. */
function translate(text: string | undefined, [from = '', to = '']: readonly string[]): string | undefined {
  if (text === undefined || from.startsWith('-')) return undefined;
  const [source, target] = [ranges(from), ranges(to)];
  if (source.length === 0 || target.length === 0) return undefined;
  const map = new Map(source.map((letter, index) => [letter, target[Math.min(index, target.length - 1)] ?? '']));
  return Array.from(text, (letter) => map.get(letter) ?? letter).join('');
}

function ranges(list: string): readonly string[] {
  const letters: string[] = [];
  for (let at = 0; at < list.length && letters.length < 256; at++) {
    const [first, dash, last] = [list.charCodeAt(at), list[at + 1], list.charCodeAt(at + 2)];
    if (dash !== '-' || Number.isNaN(last) || last < first || last - first > 128) letters.push(list.charAt(at));
    else {
      for (let code = first; code <= last; code++) letters.push(String.fromCharCode(code));
      at += 2;
    }
  }
  return letters;
}
