import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { fromBigint } from '../numeric.js';
import { keyAlgorithm, parseAlgorithm } from './algorithms.js';
import type { AlgorithmIdentifier, KeyFamily } from './algorithms.js';
import { DerReader, TAG } from './der.js';

/** Bytes of a coordinate on the curves that Go knows. */
const CURVES: Readonly<Record<string, number>> = {
  '1.3.132.0.33': 28,
  '1.2.840.10045.3.1.7': 32,
  '1.3.132.0.34': 48,
  '1.3.132.0.35': 66,
};

/** A public key of a certificate or a request. */
export interface PublicKeyInfo {
  /** Go's number of the algorithm. */
  readonly algorithm: number;
  readonly family: KeyFamily | undefined;
  /** The key as Go prints it; null when the algorithm is unknown. */
  readonly value: RegoValue;
  /** SubjectPublicKeyInfo in DER. */
  readonly raw: Buffer;
}

/** Reads a SubjectPublicKeyInfo. Throws BuiltinError. */
export function parsePublicKey(raw: Buffer): PublicKeyInfo {
  const info = new DerReader(raw).enter(TAG.sequence);
  const algorithm = parseAlgorithm(info.expect(TAG.sequence).contents);
  const bits = info.bits();
  const [number, family] = keyAlgorithm(algorithm.oid);
  const key = { algorithm: number, family, value: family === undefined ? null : keyValue(family, algorithm, bits), raw };
  // OpenSSL checks on import that the point lies on the curve.
  if (family === 'ECDSA' && importPublicKey(key) === undefined) throw new BuiltinError('x509: point not on curve');
  return key;
}

/** The key for node:crypto, or undefined when OpenSSL refuses it. */
export function importPublicKey({ raw }: PublicKeyInfo): KeyObject | undefined {
  try {
    return createPublicKey({ key: raw, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function keyValue(family: KeyFamily, { parameters }: AlgorithmIdentifier, bits: Buffer): RegoValue {
  switch (family) {
    case 'RSA': {
      if (parameters?.tag !== TAG.null || parameters.contents.length > 0) throw new BuiltinError('x509: RSA key missing NULL parameters');
      const [N, E] = positive(new DerReader(bits).enter(TAG.sequence), 2);
      return RegoObject.from({ N: N ?? null, E: E ?? null });
    }
    case 'ECDSA': {
      const size = parameters?.tag === TAG.oid ? CURVES[new DerReader(parameters.whole).oid()] : undefined;
      if (size === undefined) throw new BuiltinError('x509: unsupported elliptic curve');
      if (bits.length !== 2 * size + 1 || bits[0] !== 4) throw new BuiltinError('x509: invalid ECDSA public key');
      return RegoObject.from({ Curve: RegoObject.of([]), X: unsigned(bits.subarray(1, size + 1)), Y: unsigned(bits.subarray(size + 1)) });
    }
    case 'Ed25519':
      if (parameters !== undefined || bits.length !== 32) throw new BuiltinError('x509: invalid Ed25519 public key');
      return bits.toString('base64');
    case 'DSA': {
      const [Y] = positive(new DerReader(bits), 1);
      const [P, Q, G] = positive(new DerReader(parameters?.whole ?? Buffer.alloc(0)).enter(TAG.sequence), 3);
      return RegoObject.from({ P: P ?? null, Q: Q ?? null, G: G ?? null, Y: Y ?? null });
    }
  }
}

function positive(reader: DerReader, count: number): readonly RegoValue[] {
  return Array.from({ length: count }, () => {
    const value = reader.integer();
    if (value <= 0n) throw new BuiltinError('x509: public key parameter is not a positive number');
    return fromBigint(value);
  });
}

/** A big-endian number without sign. */
export function unsigned(bytes: Buffer): RegoValue {
  return fromBigint(BigInt(`0x0${bytes.toString('hex')}`));
}
