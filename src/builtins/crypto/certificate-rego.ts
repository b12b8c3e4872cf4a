import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { goUrlText } from '../go-url.js';
import type { GoUrl } from '../go-url.js';
import { fromBigint } from '../numeric.js';
import type { Certificate } from './certificate.js';
import type { ExtensionFields } from './extension-fields.js';
import { ipText } from './extensions.js';
import type { AlternativeNames, Extension } from './extensions.js';
import { NO_SUBTREES } from './name-constraints.js';
import type { IpRange } from './name-constraints.js';
import { nameToRego, oidToRego, orNull } from './names.js';

/** A certificate as Go prints its x509.Certificate. `uriStrings` adds the field with the URIs as text, which is OPA's own. */
export function certificateToRego(certificate: Certificate, uriStrings: boolean): RegoObject {
  const { fields } = certificate;
  const strings = uriStrings ? { URIStrings: orNull(fields.names.uris.map(goUrlText)) } : {};
  return RegoObject.from({
    ...strings,
    Raw: base64(certificate.raw),
    RawTBSCertificate: base64(certificate.rawTbs),
    RawSubjectPublicKeyInfo: base64(certificate.publicKey.raw),
    RawSubject: base64(certificate.rawSubject),
    RawIssuer: base64(certificate.rawIssuer),
    Signature: base64(certificate.signature),
    SignatureAlgorithm: certificate.signatureAlgorithm.number,
    PublicKeyAlgorithm: certificate.publicKey.algorithm,
    PublicKey: certificate.publicKey.value,
    Version: certificate.version,
    SerialNumber: fromBigint(certificate.serialNumber),
    Issuer: nameToRego(certificate.issuer),
    Subject: nameToRego(certificate.subject),
    NotBefore: certificate.notBefore.text,
    NotAfter: certificate.notAfter.text,
    Extensions: extensionsToRego(certificate.extensions),
    ExtraExtensions: null,
    ...namesToRego(fields.names),
    ...usageToRego(fields),
    ...constraintsToRego(fields),
    ...policiesToRego(fields),
  });
}

export function extensionsToRego(extensions: readonly Extension[]): RegoValue {
  return orNull(
    extensions.map(({ oid, critical, value }) => RegoObject.from({ Id: oidToRego(oid), Critical: critical, Value: base64(value) })),
  );
}

export function namesToRego(names: AlternativeNames): Record<string, RegoValue> {
  return {
    DNSNames: orNull(names.dns),
    EmailAddresses: orNull(names.emails),
    IPAddresses: orNull(names.ips.map(ipText)),
    URIs: orNull(names.uris.map(urlToRego)),
  };
}

export function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

function usageToRego(fields: ExtensionFields): Record<string, RegoValue> {
  return {
    KeyUsage: fields.keyUsage,
    ExtKeyUsage: orNull(fields.extendedKeyUsage.known),
    UnknownExtKeyUsage: orNull(fields.extendedKeyUsage.unknown.map(oidToRego)),
    UnhandledCriticalExtensions: orNull(fields.unhandled.map(oidToRego)),
    SubjectKeyId: fields.subjectKeyId === undefined ? null : base64(fields.subjectKeyId),
    AuthorityKeyId: fields.authorityKeyId === undefined ? null : base64(fields.authorityKeyId),
    OCSPServer: orNull(fields.access.ocsp),
    IssuingCertificateURL: orNull(fields.access.issuers),
    CRLDistributionPoints: orNull(fields.crlPoints),
  };
}

function constraintsToRego({ basicConstraints, nameConstraints }: ExtensionFields): Record<string, RegoValue> {
  const { permitted = NO_SUBTREES, excluded = NO_SUBTREES, critical = false } = nameConstraints ?? {};
  return {
    BasicConstraintsValid: basicConstraints !== undefined,
    IsCA: basicConstraints?.isCa ?? false,
    MaxPathLen: basicConstraints?.pathLength ?? 0,
    MaxPathLenZero: basicConstraints?.pathLength === 0,
    PermittedDNSDomainsCritical: critical,
    PermittedDNSDomains: orNull(permitted.dns),
    ExcludedDNSDomains: orNull(excluded.dns),
    PermittedIPRanges: orNull(permitted.ips.map(rangeToRego)),
    ExcludedIPRanges: orNull(excluded.ips.map(rangeToRego)),
    PermittedEmailAddresses: orNull(permitted.emails),
    ExcludedEmailAddresses: orNull(excluded.emails),
    PermittedURIDomains: orNull(permitted.uris),
    ExcludedURIDomains: orNull(excluded.uris),
  };
}

function policiesToRego(fields: ExtensionFields): Record<string, RegoValue> {
  const mappings = fields.policyMappings.map(({ issuer, subject }) => {
    return RegoObject.from({ IssuerDomainPolicy: issuer, SubjectDomainPolicy: subject });
  });
  return {
    Policies: orNull(fields.policies ?? []),
    // Go makes this list with the extension, even when it stays empty.
    PolicyIdentifiers: fields.policies?.map(oidToRego) ?? null,
    PolicyMappings: orNull(mappings),
    InhibitAnyPolicy: fields.inhibitAnyPolicy ?? 0,
    InhibitAnyPolicyZero: fields.inhibitAnyPolicy === 0,
    InhibitPolicyMapping: fields.inhibitPolicyMapping ?? 0,
    InhibitPolicyMappingZero: fields.inhibitPolicyMapping === 0,
    RequireExplicitPolicy: fields.requireExplicitPolicy ?? 0,
    RequireExplicitPolicyZero: fields.requireExplicitPolicy === 0,
  };
}

function rangeToRego({ ip, mask }: IpRange): RegoValue {
  return RegoObject.from({ IP: ipText(ip), Mask: base64(mask) });
}

function urlToRego(url: GoUrl): RegoValue {
  return RegoObject.from({
    Scheme: url.scheme,
    Opaque: url.opaque,
    // Go's Userinfo hides its fields from JSON.
    User: url.user === undefined ? null : RegoObject.of([]),
    Host: url.host,
    Path: url.path,
    RawPath: url.rawPath,
    OmitHost: url.omitHost,
    ForceQuery: url.forceQuery,
    RawQuery: url.rawQuery,
    Fragment: url.fragment,
    RawFragment: url.rawFragment,
  });
}
