import { createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What a test certificate says; all but the subject has a default. */
export interface CertificateSpec {
  readonly subject: string;
  readonly key: KeyObject;
  /** Subject and key of the one who signs; the certificate signs itself by default. */
  readonly issuer?: { readonly subject: string; readonly key: KeyObject };
  readonly serialNumber?: number;
  /** Two digits of the year first, as in `240101000000Z`. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly extensions?: readonly Buffer[];
}

const OIDS = {
  commonName: '550403',
  rsaSha256: '2a864886f70d01010b',
  ecdsaSha256: '2a8648ce3d040302',
  ed25519: '2b6570',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  alternativeNames: '551d11',
  extendedKeyUsage: '551d25',
  nameConstraints: '551d1e',
  extensionRequest: '2a864886f70d01090e',
};

/** One DER element. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  const { length } = contents;
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...header]), contents]);
}

export function pem(type: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}

/** A certificate authority; `pathLength` -1 leaves the length open. */
export function authority(pathLength = -1): Buffer {
  const length = pathLength < 0 ? [] : [der(0x02, Buffer.from([pathLength]))];
  return extension(OIDS.basicConstraints, der(0x30, der(0x01, Buffer.from([255])), ...length), true);
}

export function dnsNames(...names: readonly string[]): Buffer {
  return alternativeNames(...names.map((name) => der(0x82, Buffer.from(name))));
}

/** Names of any kind: 0x81 email, 0x82 DNS, 0x86 URI, 0x87 address. */
export function alternativeNames(...names: readonly Buffer[]): Buffer {
  return extension(OIDS.alternativeNames, der(0x30, ...names));
}

/** Bits of the first byte, digitalSignature first. */
export function keyUsage(bits: number): Buffer {
  return extension(OIDS.keyUsage, der(0x03, Buffer.from([0, bits])), true);
}

/** Usages by the last arc of their identifier: 1 server, 2 client, 3 code. */
export function extendedKeyUsage(...usages: readonly number[]): Buffer {
  return extension(OIDS.extendedKeyUsage, der(0x30, ...usages.map((usage) => oid(`2b0601050507030${usage}`))));
}

export function permittedDns(name: string): Buffer {
  return extension(OIDS.nameConstraints, der(0x30, der(0xa0, der(0x30, der(0x82, Buffer.from(name))))), true);
}

/** An extension of whatever kind. */
export function extension(id: string, value: Buffer, critical = false): Buffer {
  return der(0x30, oid(id), ...(critical ? [der(0x01, Buffer.from([255]))] : []), der(0x04, value));
}

/** A signed X.509 certificate in DER. */
export function makeCertificate(spec: CertificateSpec): Buffer {
  const issuer = spec.issuer ?? spec;
  const algorithm = signatureAlgorithm(issuer.key);
  const { extensions = [], notBefore = '240101000000Z', notAfter = '340101000000Z' } = spec;
  const tbs = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([spec.serialNumber ?? 1])),
    algorithm,
    name(issuer.subject),
    der(0x30, der(0x17, Buffer.from(notBefore)), der(0x17, Buffer.from(notAfter))),
    name(spec.subject),
    publicKey(spec.key),
    ...(extensions.length === 0 ? [] : [der(0xa3, der(0x30, ...extensions))]),
  );
  return der(0x30, tbs, algorithm, bits(sign(hashOf(issuer.key), tbs, issuer.key)));
}

/** A signed certificate request in DER that asks for the extensions. */
export function makeRequest({ subject, key, extensions = [] }: Pick<CertificateSpec, 'subject' | 'key' | 'extensions'>): Buffer {
  const asked = extensions.length === 0 ? [] : [der(0x30, oid(OIDS.extensionRequest), der(0x31, der(0x30, ...extensions)))];
  const info = der(0x30, der(0x02, Buffer.from([0])), name(subject), publicKey(key), der(0xa0, ...asked));
  return der(0x30, info, signatureAlgorithm(key), bits(sign(hashOf(key), info, key)));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function name(text: string): Buffer {
  return der(0x30, der(0x31, der(0x30, oid(OIDS.commonName), der(0x0c, Buffer.from(text)))));
}

function bits(bytes: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), bytes);
}

function publicKey(key: KeyObject): Buffer {
  // SubjectPublicKeyInfo is what Node exports from the public half.
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

function hashOf(key: KeyObject): string | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}

function signatureAlgorithm(key: KeyObject): Buffer {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return der(0x30, oid(OIDS.rsaSha256), der(0x05));
    case 'ec':
      return der(0x30, oid(OIDS.ecdsaSha256));
    default:
      return der(0x30, oid(OIDS.ed25519));
  }
}
