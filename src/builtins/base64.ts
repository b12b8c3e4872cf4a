import { BuiltinError } from './builtin.js';

/** Decodes standard base64 as Go does: padding required, line breaks skipped. Throws BuiltinError. */
export function decodeBase64(text: string): Buffer {
  const packed = text.replace(/[\r\n]/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) throw new BuiltinError('illegal base64 data');
  return Buffer.from(packed, 'base64');
}

/** Decodes base64url with or without padding. Throws BuiltinError. */
export function decodeBase64Url(text: string): Buffer {
  const rest = text.length % 4;
  const padded = text.endsWith('=') || rest === 0 ? text : text + '='.repeat(4 - rest);
  const packed = padded.replace(/[\r\n]/g, '');
  if (rest === 1 && !text.endsWith('=')) throw new BuiltinError(`illegal base64url string: ${text}`);
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9_-]*={0,2}$/.test(packed)) throw new BuiltinError('illegal base64url data');
  return Buffer.from(packed, 'base64url');
}
