import { formatFloat } from '../go-format/float-text.js';
import { termText } from '../term-text.js';
import { isUnwritable, resolvePlain } from './resolve.js';

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const OLD_BOOLEAN = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
const BREAK = /[\r\n\u0085\u2028\u2029]/;

/** Characters that go-yaml never writes as they are: controls, the byte order mark, all beyond the basic plane. */
const SPECIAL = /[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

/** How a string is written inside a block; `indent` is the column of the node's own lines. */
export function stringText(text: string, indent: number, isKey = false): string {
  const shape = analyse(text);
  if (text.includes('\n') && !isKey && shape.blockAllowed) return literal(text, indent);
  if (text.includes('\n') || !readsAsString(text)) return doubleQuoted(text);
  if (shape.plainAllowed) return text;
  return shape.singleAllowed ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/** True when a key fits before its colon; others take a line of their own behind `? `. */
export function isSimpleKey(text: string): boolean {
  return !BREAK.test(text) && Buffer.byteLength(text) <= 128;
}

/** Every JSON number has passed through YAML's own reading on the way: big integers and fractions are float64. */
export function numberYaml(text: string): string {
  const resolved = resolvePlain(text);
  if (resolved.tag === 'float') return formatFloat(Number(text), 'g', -1);
  // A number beyond float64 is a string to YAML.
  return resolved.tag === 'int' ? termText(resolved.value) : text;
}

/** False for what would read back as null, a boolean or a number, in YAML 1.1 too. */
function readsAsString(text: string): boolean {
  if (isUnwritable(text)) return false;
  return resolvePlain(text).tag === 'str' && !isTimestamp(text) && !BASE_60.test(text) && !OLD_BOOLEAN.test(text);
}

function isTimestamp(text: string): boolean {
  return /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})/.test(text);
}

interface Shape {
  readonly plainAllowed: boolean;
  readonly singleAllowed: boolean;
  readonly blockAllowed: boolean;
}

/** libyaml's analysis of a scalar, as far as block context needs it. */
function analyse(text: string): Shape {
  if (text === '') return { plainAllowed: true, singleAllowed: true, blockAllowed: false };
  const special = SPECIAL.test(text);
  const tabs = text.includes('\t');
  const spaceThenBreak = / [\r\n\u0085\u2028\u2029]/.test(text);
  const breakThenSpace = /[\r\n\u0085\u2028\u2029] /.test(text);
  const edge = /^[ \r\n\u0085\u2028\u2029]|[ \r\n\u0085\u2028\u2029]$/.test(text);
  const singleAllowed = !special && !tabs && !spaceThenBreak && !breakThenSpace;
  const plainAllowed = singleAllowed && !edge && !BREAK.test(text) && !hasBlockIndicator(text);
  return { plainAllowed, singleAllowed, blockAllowed: !special && !spaceThenBreak && !text.endsWith(' ') };
}

function hasBlockIndicator(text: string): boolean {
  return /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$))|:(?:[ \t]|$)|[ \t]#/.test(text);
}

function literal(text: string, indent: number): string {
  const hint = /^[ \r\n\u0085\u2028\u2029]/.test(text) ? '2' : '';
  const chomp = !BREAK.test(text.at(-1) ?? '') ? '-' : text.length === 1 || BREAK.test(text.at(-2) ?? '') ? '+' : '';
  const lines = text.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return `|${hint}${chomp}\n${lines.join('\n').replace(/\n$/, '')}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\u0007': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\u001b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

function doubleQuoted(text: string): string {
  // libyaml looks for the byte order mark at the start of the text only, and then escapes everything.
  const all = text.startsWith('\ufeff');
  const escaped = Array.from(text, (character) => {
    const plain = !all && !SPECIAL.test(character) && !/[\t"\\]/.test(character) && !BREAK.test(character);
    return plain ? character : `\\${ESCAPES[character] ?? numericEscape(character)}`;
  });
  return `"${escaped.join('')}"`;
}

function numericEscape(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (hex.length <= 2) return `x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `u${hex.padStart(4, '0')}` : `U${hex.padStart(8, '0')}`;
}
