import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../errors.js';
import type { SourceFile } from './source-set.js';

const REPLACEMENT = '\uFFFD';

/** Throws `policy_not_utf8` naming the file and the first offending byte. */
export function checkUtf8({ path, bytes }: SourceFile): void {
  if (isUtf8(bytes)) return;
  const offset = firstInvalid(bytes);
  const before = Buffer.from(bytes.subarray(0, offset));
  const row = before.reduce((rows, byte) => (byte === 0x0a ? rows + 1 : rows), 1);
  const col = offset - before.lastIndexOf(0x0a);
  throw new GatewayError('policy_not_utf8', `${path}:${row}:${col}: byte ${offset} is not UTF-8`, {
    details: { file: path, row, col, offset },
  });
}

/** Offset of the first byte that cannot be decoded: the first replacement character that was not written as one. */
function firstInvalid(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    const written = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!written) return offset;
    offset += 3;
    from = at + 1;
  }
  return offset;
}
