import { isUtf8 } from 'node:buffer';
import type { Step } from '../value/step.js';

const REPLACEMENT = '\ufffd';

/** Bytes as text the way Go prints them: every byte that is no UTF-8 becomes one replacement character. */
export function textFromBytes(bytes: Uint8Array, step: Step): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  for (let at = 0; at < buffer.length;) {
    step();
    const length = sequenceLength(buffer, at);
    text += length === 0 ? REPLACEMENT : buffer.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

/** Bytes of the well-formed character that begins at the place, 0 when there is none. */
function sequenceLength(buffer: Buffer, at: number): number {
  const lead = buffer[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}

/** The UTF-8 bytes of a text as a string of one character per byte, which is what Go's string functions work on. */
export function byteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text whose bytes {@link byteString} made characters of. */
export function textFromByteString(bytes: string, step: Step): string {
  return textFromBytes(Buffer.from(bytes, 'latin1'), step);
}
