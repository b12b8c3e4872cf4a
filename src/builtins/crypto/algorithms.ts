import { DerReader, TAG, contextTag } from './der.js';
import type { DerElement } from './der.js';

export type KeyFamily = 'RSA' | 'DSA' | 'ECDSA' | 'Ed25519';

/** Go's numbers of the public key algorithms; 0 is an unknown one. */
const KEY_ALGORITHMS: Readonly<Record<string, readonly [number: number, family: KeyFamily]>> = {
  '1.2.840.113549.1.1.1': [1, 'RSA'],
  '1.2.840.10040.4.1': [2, 'DSA'],
  '1.2.840.10045.2.1': [3, 'ECDSA'],
  '1.3.101.112': [4, 'Ed25519'],
};

/** A signature algorithm: Go's number, the kind of key, and OpenSSL's name of the hash where Go still trusts it. */
export interface SignatureAlgorithm {
  readonly number: number;
  readonly family?: KeyFamily;
  readonly hash?: string;
  readonly pss?: true;
}

const UNKNOWN: SignatureAlgorithm = { number: 0 };

// MD5 and SHA-1 are listed without hash: such signatures are recognised but verify nothing.
const SIGNATURE_ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.4': { number: 2, family: 'RSA' },
  '1.2.840.113549.1.1.5': { number: 3, family: 'RSA' },
  '1.3.14.3.2.29': { number: 3, family: 'RSA' },
  '1.2.840.113549.1.1.11': { number: 4, family: 'RSA', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { number: 5, family: 'RSA', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { number: 6, family: 'RSA', hash: 'sha512' },
  '1.2.840.10040.4.3': { number: 7, family: 'DSA' },
  '2.16.840.1.101.3.4.3.2': { number: 8, family: 'DSA' },
  '1.2.840.10045.4.1': { number: 9, family: 'ECDSA' },
  '1.2.840.10045.4.3.2': { number: 10, family: 'ECDSA', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { number: 11, family: 'ECDSA', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { number: 12, family: 'ECDSA', hash: 'sha512' },
};

const PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const ED25519 = '1.3.101.112';

/** Hashes of RSA-PSS with the salt length that Go demands. */
const PSS_HASHES: Readonly<Record<string, SignatureAlgorithm & { readonly salt: number }>> = {
  '2.16.840.1.101.3.4.2.1': { number: 13, family: 'RSA', hash: 'sha256', pss: true, salt: 32 },
  '2.16.840.1.101.3.4.2.2': { number: 14, family: 'RSA', hash: 'sha384', pss: true, salt: 48 },
  '2.16.840.1.101.3.4.2.3': { number: 15, family: 'RSA', hash: 'sha512', pss: true, salt: 64 },
};

/** An algorithm identifier: name and parameters. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: DerElement | undefined;
}

export function parseAlgorithm(contents: Buffer): AlgorithmIdentifier {
  const reader = new DerReader(contents);
  return { oid: reader.oid(), parameters: reader.empty ? undefined : reader.next() };
}

/** Go's number and kind of a public key algorithm, `[0]` for an unknown one. */
export function keyAlgorithm(oid: string): readonly [number: number, family?: KeyFamily] {
  return KEY_ALGORITHMS[oid] ?? [0];
}

export function signatureAlgorithm({ oid, parameters }: AlgorithmIdentifier): SignatureAlgorithm {
  if (oid === ED25519) return parameters === undefined ? { number: 16, family: 'Ed25519' } : UNKNOWN;
  if (oid === PSS) return parameters?.tag === TAG.sequence ? pssAlgorithm(parameters.contents) : UNKNOWN;
  return SIGNATURE_ALGORITHMS[oid] ?? UNKNOWN;
}

/** RSA-PSS has many options; like Go this knows the three sets where hash, MGF1 hash and salt agree. */
function pssAlgorithm(contents: Buffer): SignatureAlgorithm {
  const reader = new DerReader(contents);
  const field = (number: number): DerReader | undefined => {
    const element = reader.optional(contextTag(number, true));
    return element === undefined ? undefined : new DerReader(element.contents);
  };
  const hash = field(0)?.expect(TAG.sequence).contents;
  const mask = field(1)?.enter(TAG.sequence);
  const salt = field(2)?.integer() ?? 20n;
  const trailer = field(3)?.integer() ?? 1n;
  if (hash === undefined || mask?.oid() !== MGF1 || trailer !== 1n) return UNKNOWN;
  const digest = parseAlgorithm(hash);
  const maskDigest = parseAlgorithm(mask.expect(TAG.sequence).contents);
  const known = PSS_HASHES[digest.oid];
  const plain = [digest, maskDigest].every(({ parameters }) => parameters === undefined || parameters.tag === TAG.null);
  return known !== undefined && plain && maskDigest.oid === digest.oid && BigInt(known.salt) === salt ? known : UNKNOWN;
}
