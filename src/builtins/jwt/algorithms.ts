import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { isStrongRsaKey } from '../rsa-strength.js';

type Family = 'RS' | 'PS' | 'ES' | 'HS' | 'EdDSA';

interface Algorithm {
  readonly family: Family;
  /** OpenSSL's name of the hash; null for EdDSA, which hashes by itself. */
  readonly hash: string | null;
}

const HASHED: readonly Family[] = ['RS', 'PS', 'ES', 'HS'];

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ...HASHED.flatMap((family) => ['256', '384', '512'].map((bits): [string, Algorithm] => [family + bits, { family, hash: `sha${bits}` }])),
  ['EdDSA', { family: 'EdDSA', hash: null }],
]);

const KEY_TYPES: Readonly<Record<Family, string | undefined>> = { RS: 'rsa', PS: 'rsa', ES: 'ec', HS: undefined, EdDSA: 'ed25519' };

/** Signing with a key of so many bits takes a microsecond; it grows with the cube of the bits: 1 ms for 2048, 0.5 s for 16384. */
const RSA_BITS_PER_US = 205;

/** True for the names of JWS algorithms that OPA knows. */
export function isAlgorithm(name: string): boolean {
  return ALGORITHMS.has(name);
}

/** The HMAC of a text under a secret, for HS256, HS384 and HS512. */
export function hmacMatches(alg: string, secret: Buffer | KeyObject, text: Buffer, signature: Buffer): boolean {
  const expected = createHmac(ALGORITHMS.get(alg)?.hash ?? 'sha256', secret)
    .update(text)
    .digest();
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

/**
 * True when the signature is the key's. `lenient` takes what the `io.jwt.verify_*` functions take: any salt length, and an
 * ECDSA signature cut in half at any length. Never throws: a key of the wrong kind verifies nothing.
 */
export function signatureMatches(alg: string, key: KeyObject, text: Buffer, signature: Buffer, lenient: boolean): boolean {
  const algorithm = ALGORITHMS.get(alg);
  if (algorithm === undefined || !fits(algorithm.family, key)) return false;
  const { hash } = algorithm;
  switch (algorithm.family) {
    case 'HS':
      return hmacMatches(alg, key, text, signature);
    case 'ES': {
      const whole = lenient ? evenHalves(key, signature) : signature;
      return whole !== undefined && verify(hash, text, { key, dsaEncoding: 'ieee-p1363' }, whole);
    }
    case 'PS': {
      const saltLength = lenient ? constants.RSA_PSS_SALTLEN_AUTO : constants.RSA_PSS_SALTLEN_DIGEST;
      return verify(hash, text, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
    }
    case 'RS':
    case 'EdDSA':
      return verify(hash, text, key, signature);
  }
}

/** Signs the text. Throws BuiltinError when the key is of another kind than the algorithm. */
export function signText(alg: string, key: KeyObject, text: Buffer, { reserve }: Meter): Buffer {
  const algorithm = ALGORITHMS.get(alg);
  if (algorithm === undefined) throw new BuiltinError(`unknown JWS algorithm: ${alg}`);
  if (!fits(algorithm.family, key)) throw new BuiltinError(`invalid key type for ${alg}`);
  const { hash } = algorithm;
  reserve(((key.asymmetricKeyDetails?.modulusLength ?? 0) / RSA_BITS_PER_US) ** 3);
  try {
    switch (algorithm.family) {
      case 'HS':
        return createHmac(hash ?? 'sha256', key)
          .update(text)
          .digest();
      case 'ES':
        return sign(hash, text, { key, dsaEncoding: 'ieee-p1363' });
      case 'PS':
        return sign(hash, text, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
      case 'RS':
      case 'EdDSA':
        return sign(hash, text, key);
    }
  } catch (cause) {
    throw new BuiltinError(`failed to sign with ${alg}`, { cause });
  }
}

function fits(family: Family, key: KeyObject): boolean {
  if (family === 'HS') return key.type === 'secret';
  if (key.asymmetricKeyType !== KEY_TYPES[family]) return false;
  return key.asymmetricKeyType !== 'rsa' || isStrongRsaKey(key);
}

/** The signature with both halves at the curve's size, or undefined when one of them is too large for it. */
function evenHalves(key: KeyObject, signature: Buffer): Buffer | undefined {
  const size = fieldBytes(key);
  const middle = Math.floor(signature.length / 2);
  const halves = [signature.subarray(0, middle), signature.subarray(middle)].map((half) => {
    const first = half.findIndex((byte) => byte !== 0);
    const digits = first < 0 ? Buffer.alloc(0) : half.subarray(first);
    return digits.length > size ? undefined : Buffer.concat([Buffer.alloc(size - digits.length), digits]);
  });
  const [r, s] = halves;
  return r === undefined || s === undefined ? undefined : Buffer.concat([r, s]);
}

function fieldBytes(key: KeyObject): number {
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'secp384r1':
      return 48;
    case 'secp521r1':
      return 66;
    default:
      return 32;
  }
}
