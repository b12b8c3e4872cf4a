import { LRUCache } from 'lru-cache';
import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import { parseTime } from '../time/parse-layout.js';
import { parseAlgorithm, signatureAlgorithm } from './algorithms.js';
import type { SignatureAlgorithm } from './algorithms.js';
import { DerReader, TAG, contextTag } from './der.js';
import { parseExtensionFields } from './extension-fields.js';
import type { ExtensionFields } from './extension-fields.js';
import { parseExtension } from './extensions.js';
import type { Extension } from './extensions.js';
import { parseName } from './names.js';
import type { DistinguishedName } from './names.js';
import { parsePublicKey } from './public-key.js';
import type { PublicKeyInfo } from './public-key.js';

/** A moment as a certificate states it. */
export interface CertificateTime {
  readonly epochNs: bigint;
  /** RFC 3339, in the offset in which it was written. */
  readonly text: string;
}

/** A parsed certificate; `raw*` are the DER of its parts. */
export interface Certificate {
  readonly raw: Buffer;
  readonly rawTbs: Buffer;
  readonly rawSubject: Buffer;
  readonly rawIssuer: Buffer;
  readonly signature: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly publicKey: PublicKeyInfo;
  readonly version: number;
  readonly serialNumber: bigint;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: CertificateTime;
  readonly notAfter: CertificateTime;
  readonly extensions: readonly Extension[];
  readonly fields: ExtensionFields;
}

/** Policies look at few chains again and again. */
const cache = new LRUCache<string, readonly Certificate[]>({
  max: 50,
  maxSize: 4 * 1024 * 1024,
  sizeCalculation: (_, key) => key.length + 1,
});

/** Reads certificates that follow each other without a gap. Throws BuiltinError. */
export function parseCertificates(der: Buffer, step: Step): readonly Certificate[] {
  const key = der.toString('latin1');
  const known = cache.get(key);
  if (known !== undefined) return known;
  const reader = new DerReader(der);
  const certificates: Certificate[] = [];
  while (!reader.empty) {
    const { whole } = reader.expect(TAG.sequence);
    step(1 + (whole.length >> 4));
    certificates.push(parseCertificate(whole));
  }
  cache.set(key, certificates);
  return certificates;
}

function parseCertificate(raw: Buffer): Certificate {
  const certificate = new DerReader(raw).enter(TAG.sequence);
  const rawTbs = certificate.expect(TAG.sequence).whole;
  const tbs = new DerReader(rawTbs).enter(TAG.sequence);
  const version = tbs.has(contextTag(0, true)) ? tbs.enter(contextTag(0, true)).count() + 1 : 1;
  if (version > 3) throw new BuiltinError('x509: invalid version');
  const serialNumber = tbs.integer();
  if (serialNumber < 0n) throw new BuiltinError('x509: negative serial number');
  const inner = tbs.expect(TAG.sequence).contents;
  if (!inner.equals(certificate.expect(TAG.sequence).contents)) {
    throw new BuiltinError("x509: inner and outer signature algorithm identifiers don't match");
  }
  const issuer = tbs.expect(TAG.sequence);
  const validity = tbs.enter(TAG.sequence);
  const notBefore = certificateTime(validity);
  const notAfter = certificateTime(validity);
  const subject = tbs.expect(TAG.sequence);
  const publicKey = parsePublicKey(tbs.expect(TAG.sequence).whole);
  const extensions = version === 3 ? parseExtensions(tbs) : [];
  return {
    raw,
    rawTbs,
    rawSubject: subject.whole,
    rawIssuer: issuer.whole,
    signature: certificate.bits(),
    signatureAlgorithm: signatureAlgorithm(parseAlgorithm(inner)),
    publicKey,
    version,
    serialNumber,
    issuer: parseName(issuer.contents),
    subject: parseName(subject.contents),
    notBefore,
    notAfter,
    extensions,
    fields: parseExtensionFields(extensions),
  };
}

function parseExtensions(tbs: DerReader): readonly Extension[] {
  // The unique identifiers of issuer and subject come before and are passed over.
  tbs.optional(contextTag(1));
  tbs.optional(contextTag(2));
  if (!tbs.has(contextTag(3, true))) return [];
  const extensions = [...tbs.enter(contextTag(3, true)).enter(TAG.sequence).entries()].map(parseExtension);
  if (new Set(extensions.map(({ oid }) => oid)).size < extensions.length) {
    throw new BuiltinError('x509: certificate contains duplicate extension');
  }
  return extensions;
}

function certificateTime(reader: DerReader): CertificateTime {
  const short = reader.has(TAG.utcTime);
  const text = reader.expect(short ? TAG.utcTime : TAG.generalizedTime).contents.toString('latin1');
  const match = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/.exec(text);
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', zone = ''] = match ?? [];
  if (match === null || (year.length === 2) !== short) throw new BuiltinError('x509: malformed time');
  // Two digits stand for 1950 to 2049.
  const century = short ? (Number(year) >= 50 ? '19' : '20') : '';
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const written = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`;
  return { text: written, epochNs: parseTime('2006-01-02T15:04:05Z07:00', written) };
}
