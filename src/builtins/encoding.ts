import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import type { RegoValue } from '../value/value.js';
import { decodeBase64 } from './base64.js';
import { textFromBytes } from './bytes.js';
import { stringOperand } from './operands.js';

function hexEncode(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  return Buffer.from(stringOperand(text, 1)).toString('hex');
}

function hexDecode({ step }: BuiltinContext, text: RegoValue = null): RegoValue {
  const digits = stringOperand(text, 1);
  const wrong = /[^0-9a-fA-F]/u.exec(digits)?.[0];
  if (wrong !== undefined) throw new BuiltinError(`encoding/hex: invalid byte: ${JSON.stringify(wrong)}`);
  if (digits.length % 2 !== 0) throw new BuiltinError('encoding/hex: odd length hex string');
  return textFromBytes(Buffer.from(digits, 'hex'), step);
}

function base64UrlNoPad(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  return Buffer.from(stringOperand(text, 1)).toString('base64url');
}

/** `base64.decode` as topdown has it; the native one does without padding. */
function base64Decode({ step }: BuiltinContext, text: RegoValue = null): RegoValue {
  return textFromBytes(decodeBase64(stringOperand(text, 1)), step);
}

function base64IsValid(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  if (typeof text !== 'string') return false;
  try {
    decodeBase64(text);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}

export const encodingBuiltins: BuiltinGroup = {
  'hex.encode': hexEncode,
  'hex.decode': hexDecode,
  'base64.decode': base64Decode,
  'base64.is_valid': base64IsValid,
  'base64url.encode_no_pad': base64UrlNoPad,
};
