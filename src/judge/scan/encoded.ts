import type { Span } from './finding.js';

/** A Base64 segment that holds text. */
export interface Decoded {
  readonly span: Span;
  readonly text: string;
}

/** 24 characters are 18 bytes: shorter commands and keys than this are found as they are, or are nothing. */
const MIN_LENGTH = 24;
const MAX_SEGMENTS = 32;
/** Characters decoded in all. */
const MAX_TOTAL = 256 * 1024;

/** Share of a decoded text that may be control characters before it is taken for binary. */
const MAX_CONTROL = 0.02;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const DIGITS = new Uint8Array(128);
for (const digit of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') DIGITS[digit.charCodeAt(0)] = 1;

/** Segments of the text that decode to text, once: what is encoded twice stays as it is. Both alphabets are read. */
export function decodeSegments(text: string): readonly Decoded[] {
  const found: Decoded[] = [];
  let budget = MAX_TOTAL;
  for (let at = 0; at + MIN_LENGTH <= text.length && found.length < MAX_SEGMENTS && budget > 0;) {
    // Looked at from its end: nothing before a sign that is no digit is long enough, and most words end long before that.
    let before = at + MIN_LENGTH - 1;
    while (before >= at && isDigit(text, before)) before -= 1;
    if (before >= at) {
      at = before + 1;
      continue;
    }
    let end = at + MIN_LENGTH;
    while (end < text.length && isDigit(text, end)) end += 1;
    const length = Math.min(end - at, budget);
    const decoded = decode(text.slice(at, at + length));
    budget -= length;
    if (decoded !== undefined) found.push({ span: { start: at, end: paddedEnd(text, end) }, text: decoded });
    at = end + 1;
  }
  return found;
}

function isDigit(text: string, at: number): boolean {
  return (DIGITS[text.charCodeAt(at)] ?? 0) === 1;
}

function paddedEnd(text: string, end: number): number {
  if (text[end] !== '=') return end;
  return text[end + 1] === '=' ? end + 2 : end + 1;
}

/** Four digits are three bytes: what stands over at the end is cut off, so that a run that a word is glued to still decodes. */
function decode(segment: string): string | undefined {
  const bytes = Buffer.from(segment, 'base64');
  const text = utf8(bytes) ?? utf8(bytes.subarray(0, bytes.length - (bytes.length % 3)));
  return text !== undefined && isReadable(text) ? text : undefined;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    // Not text: almost every long word and hash ends here.
    return undefined;
  }
}

function isReadable(text: string): boolean {
  let control = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) control += 1;
  }
  return control <= text.length * MAX_CONTROL;
}
