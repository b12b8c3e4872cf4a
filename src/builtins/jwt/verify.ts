import type { Step } from '../../value/step.js';
import type { RegoValue } from '../../value/value.js';
import type { Builtin, BuiltinGroup } from '../builtin.js';
import { BuiltinError } from '../builtin.js';
import { stringOperand } from '../operands.js';
import { hmacMatches, signatureMatches } from './algorithms.js';
import { parseVerificationKeys } from './keys.js';
import type { VerificationKey } from './keys.js';
import { decodeHeader, decodePart, parseObject, readHeader, signedText, splitToken } from './token.js';

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const SYMMETRIC = ['HS256', 'HS384', 'HS512'];

/** Units of work of checking one signature. */
export const VERIFY_UNITS = 64;

/** Tokens in tokens: more than a handful is an attack, not a token. */
const MAX_NESTED = 64;

/** `io.jwt.decode` and the `io.jwt.verify_*` functions. */
export const jwtVerifyBuiltins: BuiltinGroup = {
  'io.jwt.decode': ({ step }, token = null) => decode(token, 0, step),
  ...Object.fromEntries(ASYMMETRIC.map((alg) => [`io.jwt.verify_${alg.toLowerCase()}`, verifyWithKeys(alg)])),
  ...Object.fromEntries(SYMMETRIC.map((alg) => [`io.jwt.verify_${alg.toLowerCase()}`, verifyWithSecret(alg)])),
};

/**
 * The keys that may have signed, most telling first: the one with the token's key id alone, otherwise all that do not name
 * another algorithm.
 */
export function candidateKeys(keys: readonly VerificationKey[], kid: string, alg: string): readonly VerificationKey[] {
  const named = kid === '' ? undefined : keys.find((key) => key.kid === kid);
  return named === undefined ? keys.filter((key) => key.alg === '' || key.alg === alg) : [named];
}

/** Header, payload and signature in hex, verified by nobody. A token inside the token is followed. */
function decode(value: RegoValue, depth: number, step: Step): RegoValue {
  if (depth > MAX_NESTED) throw new BuiltinError(`JWT is nested more than ${MAX_NESTED} times`);
  const token = splitToken(value);
  const header = decodeHeader(token, step);
  const payload = decodePart(token.payload, 'payload').toString('utf8');
  const type = header.get('cty');
  if (type !== undefined && typeof type !== 'string') throw new BuiltinError('cty: must be a string');
  // Some issuers quote the inner token.
  if (type === 'JWT') return decode(unquoted(payload), depth + 1, step);
  return [header, parseObject(payload, step), decodePart(token.signature, 'signature').toString('hex')];
}

function unquoted(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && /["']/.test(text[start] ?? '')) start++;
  while (end > start && /["']/.test(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}

function verifyWithKeys(alg: string): Builtin {
  return ({ step }, tokenValue = null, keyText = null) => {
    const token = splitToken(tokenValue);
    const keys = parseVerificationKeys(stringOperand(keyText, 2), step);
    const signature = decodePart(token.signature, 'signature');
    const header = readHeader(decodeHeader(token, step));
    const text = signedText(token);
    return candidateKeys(keys, header.kid, header.alg).some(({ key, isPrivate }) => {
      step(VERIFY_UNITS);
      return !isPrivate && signatureMatches(alg, key, text, signature, true);
    });
  };
}

function verifyWithSecret(alg: string): Builtin {
  return (_, tokenValue = null, secret = null) => {
    const text = stringOperand(tokenValue, 1);
    const key = Buffer.from(stringOperand(secret, 2));
    const token = splitToken(text);
    return hmacMatches(alg, key, signedText(token), decodePart(token.signature, 'signature'));
  };
}
