import { CONFUSABLES } from './confusables.js';

/** A text as a reader takes it, and where its units come from. */
export interface Folded {
  readonly text: string;
  /** For each unit of `text`, and for its end, the unit of the original that it stands for. */
  readonly origin: Uint32Array;
}

/** A single character may decompose into 18; what grows beyond this is no disguised letter. */
const MAX_GROWTH = 4;

/** Folded characters by code point. Bounded: a text may hold any of 1.1 million. */
const memo = new Map<number, string>();
const MAX_MEMO = 16_384;

// eslint-disable-next-line no-control-regex -- ASCII as a whole is meant
const NON_ASCII = /[^\x00-\x7f]/;

/** In a text that is not there is nothing to fold. */
export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/**
 * Takes disguises off: compatibility forms (full width, mathematical letters, ligatures) become plain, what nobody sees is dropped,
 * accents fall off, and letters of other scripts become the Latin ones that they pose as. Undefined when nothing would change. Tag
 * characters are letters for who reads them and nothing for who sees the text; a blank pattern of Braille is nothing, or a space.
 */
export function fold(text: string, as: 'read' | 'seen' = 'read'): Folded | undefined {
  if (isAscii(text)) return undefined;
  const parts: string[] = [];
  let origin = new Uint32Array(text.length + 1);
  let length = 0;
  let changed = false;
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    const width = code > 0xffff ? 2 : 1;
    const folded = code < 0x80 ? text.charAt(at) : as === 'seen' && isTwofold(code) ? seenAs(code) : foldCharacter(code);
    if (length + folded.length >= origin.length) origin = grown(origin);
    for (let unit = 0; unit < folded.length; unit++) origin[length + unit] = at;
    length += folded.length;
    changed ||= code >= 0x80 && folded !== text.slice(at, at + width);
    parts.push(folded);
    at += width;
  }
  origin[length] = text.length;
  return changed ? { text: parts.join(''), origin: origin.subarray(0, length + 1) } : undefined;
}

function grown(origin: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(origin.length * 2 + MAX_GROWTH);
  larger.set(origin);
  return larger;
}

const BLANK = 0x2800;
const TWOFOLD = /[\u2800\u{e0000}-\u{e007f}]/u;

/** What is seen of a text, where that is not what is read into it. */
export function foldAsSeen(text: string): Folded | undefined {
  return TWOFOLD.test(text) ? fold(text, 'seen') : undefined;
}

function isTwofold(code: number): boolean {
  return code === BLANK || within(code, 0xe0000, 0xe007f);
}

function seenAs(code: number): string {
  return code === BLANK ? ' ' : '';
}

function foldCharacter(code: number): string {
  const known = memo.get(code);
  if (known !== undefined) return known;
  const folded = undisguise(code);
  if (memo.size >= MAX_MEMO) memo.clear();
  memo.set(code, folded);
  return folded;
}

function undisguise(code: number): string {
  if (isUnseen(code)) return '';
  const hidden = asciiOf(code);
  if (hidden !== undefined) return hidden;
  const character = String.fromCodePoint(code);
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '');
  if (plain === '') return /\p{M}/u.test(character) ? '' : character;
  if (plain.length > MAX_GROWTH) return character;
  return Array.from(plain, (part) => CONFUSABLES.get(part.codePointAt(0) ?? 0) ?? lineBreak(part)).join('');
}

/** The breaks of Unicode that patterns would not see as one. */
function lineBreak(part: string): string {
  return part === '\u2028' || part === '\u2029' || part === '\u0085' ? '\n' : part;
}

/** Characters that take no room: joiners, direction marks, soft hyphens, variation selectors, fillers. */
function isUnseen(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x34f ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x2800 ||
    code === 0x3164 ||
    code === 0xffa0 ||
    code === 0xfeff ||
    within(code, 0x180b, 0x180f) ||
    within(code, 0x200b, 0x200f) ||
    within(code, 0x202a, 0x202e) ||
    within(code, 0x2060, 0x206f) ||
    within(code, 0xfff9, 0xfffb) ||
    within(code, 0x1d173, 0x1d17a) ||
    within(code, 0xfe00, 0xfe0f) ||
    within(code, 0xe0100, 0xe01ef)
  );
}

/** Letters that have no decomposition: tag characters, which models read and people do not see, and letters in filled shapes. */
function asciiOf(code: number): string | undefined {
  if (within(code, 0xe0020, 0xe007e)) return String.fromCharCode(code - 0xe0000);
  for (const first of [0x1f150, 0x1f170, 0x1f1e6]) {
    if (within(code, first, first + 25)) return String.fromCharCode(0x41 + code - first);
  }
  return undefined;
}

function within(code: number, first: number, last: number): boolean {
  return code >= first && code <= last;
}
