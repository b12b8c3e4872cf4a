import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Builtin, BuiltinGroup } from '../builtin.js';
import { stringOperand } from '../operands.js';

/** `crypto.md5`, `crypto.sha1`, `crypto.sha256` and `crypto.hmac.*`: hex digests of the UTF-8 of their strings. */
export const digestBuiltins: BuiltinGroup = {
  ...Object.fromEntries(['md5', 'sha1', 'sha256'].map((hash) => [`crypto.${hash}`, digest(hash)])),
  ...Object.fromEntries(['md5', 'sha1', 'sha256', 'sha512'].map((hash) => [`crypto.hmac.${hash}`, hmac(hash)])),
  'crypto.hmac.equal': (_, a = null, b = null) => {
    const first = Buffer.from(stringOperand(a, 1));
    const second = Buffer.from(stringOperand(b, 2));
    return first.length === second.length && timingSafeEqual(first, second);
  },
};

function digest(hash: string): Builtin {
  return (_, text = null) => createHash(hash).update(stringOperand(text, 1)).digest('hex');
}

function hmac(hash: string): Builtin {
  return (_, text = null, key = null) => {
    const message = stringOperand(text, 1);
    return createHmac(hash, stringOperand(key, 2)).update(message).digest('hex');
  };
}
