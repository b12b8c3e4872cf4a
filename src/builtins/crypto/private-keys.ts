import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { PemBlock } from '../pem.js';
import { DerReader, TAG, contextTag } from './der.js';
import { unsigned } from './public-key.js';

const FORMATS: Readonly<Record<string, 'pkcs1' | 'pkcs8' | 'sec1'>> = {
  'RSA PRIVATE KEY': 'pkcs1',
  'PRIVATE KEY': 'pkcs8',
  'EC PRIVATE KEY': 'sec1',
};

/** Fields of a JWK that make a private key, by kind. */
const JWK_FIELDS = ['kty', 'crv', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'x', 'y'] as const;

/** The private key of a PEM block, or undefined for a block of another kind. Throws BuiltinError for a broken key. */
export function privateKeyOf(block: PemBlock): KeyObject | undefined {
  const type = FORMATS[block.type];
  return type === undefined ? undefined : importPrivateKey(block.bytes, type);
}

export function importPrivateKey(der: Buffer, type: 'pkcs1' | 'pkcs8' | 'sec1'): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type });
  } catch (cause) {
    throw new BuiltinError('x509: failed to parse private key', { cause });
  }
}

/** The key as a JWK. */
export function privateKeyToJwk(key: KeyObject): RegoObject {
  const jwk = exportJwk(key);
  return RegoObject.of(JWK_FIELDS.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]] as const])));
}

/** The key as Go prints rsa.PrivateKey, ecdsa.PrivateKey or ed25519.PrivateKey. */
export function privateKeyToRego(key: KeyObject): RegoValue {
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const { n, e, d, p, q, dp, dq, qi } = exportJwk(key);
      const Precomputed = RegoObject.from({ Dp: number(dp), Dq: number(dq), Qinv: number(qi), CRTValues: [] });
      return RegoObject.from({ N: number(n), E: number(e), D: number(d), Primes: [number(p), number(q)], Precomputed });
    }
    case 'ec':
      return ecKeyToRego(key.export({ format: 'der', type: 'sec1' }));
    case 'ed25519': {
      // Go's form of the key is the seed followed by the public key.
      const { d = '', x = '' } = exportJwk(key);
      return Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64');
    }
    case 'x25519':
      return RegoObject.of([]);
    default:
      throw new BuiltinError('x509: unknown private key algorithm');
  }
}

/** True when the private key is the other half of the public key. */
export function isPairOf(key: KeyObject, publicKey: KeyObject): boolean {
  // KeyObject.equals leaves an error behind in OpenSSL's queue when the kinds differ, which the next import then reports.
  const [own, other] = [createPublicKey(key), publicKey].map((half) => half.export({ format: 'der', type: 'spki' }));
  return own !== undefined && other !== undefined && own.equals(other);
}

/** JWK has no name for P-224, so the numbers are taken from the SEC 1 form. */
function ecKeyToRego(der: Buffer): RegoValue {
  const reader = new DerReader(der).enter(TAG.sequence);
  reader.integer();
  const d = reader.expect(TAG.octetString).contents;
  reader.optional(contextTag(0, true));
  const point = reader.enter(contextTag(1, true)).bits().subarray(1);
  const half = point.length / 2;
  return RegoObject.from({
    Curve: RegoObject.of([]),
    X: unsigned(point.subarray(0, half)),
    Y: unsigned(point.subarray(half)),
    D: unsigned(d),
  });
}

function exportJwk(key: KeyObject): JsonWebKey {
  try {
    return key.export({ format: 'jwk' });
  } catch (cause) {
    throw new BuiltinError('x509: unsupported private key', { cause });
  }
}

function number(text = ''): RegoValue {
  return unsigned(Buffer.from(text, 'base64url'));
}
