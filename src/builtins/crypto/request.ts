import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { fromBigint } from '../numeric.js';
import { parseAlgorithm, signatureAlgorithm } from './algorithms.js';
import { base64, extensionsToRego, namesToRego } from './certificate-rego.js';
import { DerReader, TAG, contextTag } from './der.js';
import { NO_NAMES, parseAlternativeNames, parseExtension } from './extensions.js';
import type { Extension } from './extensions.js';
import { TEXT_TAGS, nameToRego, oidToRego, orNull, parseName, parseText } from './names.js';
import { parsePublicKey } from './public-key.js';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const ALTERNATIVE_NAMES = '2.5.29.17';

/** A certificate signing request as Go prints its x509.CertificateRequest. Throws BuiltinError. */
export function requestToRego(der: Buffer): RegoValue {
  const outer = new DerReader(der);
  const raw = outer.expect(TAG.sequence).whole;
  if (!outer.empty) throw new BuiltinError('asn1: syntax error: trailing data');
  const request = new DerReader(raw).enter(TAG.sequence);
  const rawInfo = request.expect(TAG.sequence).whole;
  const info = new DerReader(rawInfo).enter(TAG.sequence);
  const version = info.count();
  const subject = info.expect(TAG.sequence);
  const publicKey = parsePublicKey(info.expect(TAG.sequence).whole);
  const attributes = info.optional(contextTag(0, true))?.contents ?? Buffer.alloc(0);
  const algorithm = signatureAlgorithm(parseAlgorithm(request.expect(TAG.sequence).contents));
  const extensions = requestedExtensions(attributes);
  const names = extensions.find(({ oid }) => oid === ALTERNATIVE_NAMES);
  return RegoObject.from({
    Raw: base64(raw),
    RawTBSCertificateRequest: base64(rawInfo),
    RawSubjectPublicKeyInfo: base64(publicKey.raw),
    RawSubject: base64(subject.whole),
    Version: version,
    Signature: base64(request.bits()),
    SignatureAlgorithm: algorithm.number,
    PublicKeyAlgorithm: publicKey.algorithm,
    PublicKey: publicKey.value,
    Subject: nameToRego(parseName(subject.contents)),
    Attributes: attributesToRego(attributes),
    Extensions: extensionsToRego(extensions),
    ExtraExtensions: null,
    ...namesToRego(names === undefined ? NO_NAMES : parseAlternativeNames(names.value)),
  });
}

function requestedExtensions(attributes: Buffer): readonly Extension[] {
  const extensions: Extension[] = [];
  for (const attribute of new DerReader(attributes).entries()) {
    if (attribute.oid() !== EXTENSION_REQUEST) continue;
    extensions.push(...[...attribute.enter(TAG.set).enter(TAG.sequence).entries()].map(parseExtension));
  }
  if (new Set(extensions.map(({ oid }) => oid)).size < extensions.length) {
    throw new BuiltinError('x509: certificate request contains duplicate requested extensions');
  }
  return extensions;
}

/** Attributes whose values are lists of type and value, which an extension looks like too; Go leaves out all others. */
function attributesToRego(attributes: Buffer): RegoValue {
  const list: RegoValue[] = [];
  for (const attribute of new DerReader(attributes).entries()) {
    try {
      const Type = oidToRego(attribute.oid());
      const sets = [...attribute.enter(TAG.set).entries()];
      const Value = sets.map((set) =>
        [...set.entries()].map((pair) => RegoObject.from({ Type: oidToRego(pair.oid()), Value: anyToRego(pair) })),
      );
      list.push(RegoObject.from({ Type, Value }));
    } catch (error) {
      if (!(error instanceof BuiltinError)) throw error;
    }
  }
  return orNull(list);
}

/** A value of any type as Go's asn1 package reads it into an empty interface. */
function anyToRego(reader: DerReader): RegoValue {
  if (reader.has(TAG.boolean)) return reader.boolean();
  if (reader.has(TAG.integer)) return fromBigint(reader.integer());
  if (reader.has(TAG.oid)) return oidToRego(reader.oid());
  const element = reader.next();
  if (element.tag === TAG.octetString) return base64(element.contents);
  return TEXT_TAGS.has(element.tag) ? parseText(element) : null;
}
