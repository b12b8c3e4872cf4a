import { BuiltinError } from '../builtin.js';
import { DerReader, TAG, contextTag } from './der.js';
import {
  NO_NAMES,
  parseAlternativeNames,
  parseAuthorityAccess,
  parseBasicConstraints,
  parseCrlPoints,
  parseExtendedKeyUsage,
  parseKeyUsage,
  parsePolicies,
} from './extensions.js';
import type { AlternativeNames, Extension } from './extensions.js';
import { parseNameConstraints } from './name-constraints.js';
import type { NameConstraints } from './name-constraints.js';

/** What the extensions of a certificate say; absent fields mean that the extension is absent. */
export interface ExtensionFields {
  readonly keyUsage: number;
  readonly basicConstraints?: { readonly isCa: boolean; readonly pathLength: number };
  readonly names: AlternativeNames;
  readonly nameConstraints?: NameConstraints & { readonly critical: boolean };
  readonly crlPoints: readonly string[];
  readonly subjectKeyId?: Buffer;
  readonly authorityKeyId?: Buffer;
  readonly extendedKeyUsage: { readonly known: readonly number[]; readonly unknown: readonly string[] };
  readonly policies?: readonly string[];
  readonly policyMappings: readonly { readonly issuer: string; readonly subject: string }[];
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
  readonly inhibitAnyPolicy?: number;
  readonly access: { readonly ocsp: readonly string[]; readonly issuers: readonly string[] };
  /** Critical extensions that nobody here understands: such a certificate verifies nothing. */
  readonly unhandled: readonly string[];
}

type Fields = Partial<ExtensionFields> & { readonly isUnhandled?: boolean };

const PARSERS: Readonly<Record<string, (extension: Extension) => Fields>> = {
  '2.5.29.14': ({ critical, value }) => {
    if (critical) throw new BuiltinError('x509: subject key identifier incorrectly marked critical');
    return { subjectKeyId: new DerReader(value).expect(TAG.octetString).contents };
  },
  '2.5.29.15': ({ value }) => ({ keyUsage: parseKeyUsage(value) }),
  '2.5.29.17': ({ value }) => {
    const names = parseAlternativeNames(value);
    return { names, isUnhandled: names.dns.length + names.emails.length + names.ips.length + names.uris.length === 0 };
  },
  '2.5.29.19': ({ value }) => ({ basicConstraints: parseBasicConstraints(value) }),
  '2.5.29.30': ({ critical, value }) => {
    const nameConstraints = { ...parseNameConstraints(value), critical };
    return { nameConstraints, isUnhandled: nameConstraints.unhandled };
  },
  '2.5.29.31': ({ value }) => ({ crlPoints: parseCrlPoints(value) }),
  '2.5.29.32': ({ value }) => ({ policies: parsePolicies(value) }),
  '2.5.29.33': ({ value }) => {
    const entries = [...new DerReader(value).enter(TAG.sequence).entries()];
    return { policyMappings: entries.map((entry) => ({ issuer: entry.oid(), subject: entry.oid() })) };
  },
  '2.5.29.35': ({ critical, value }) => {
    if (critical) throw new BuiltinError('x509: authority key identifier incorrectly marked critical');
    const key = new DerReader(value).enter(TAG.sequence).optional(contextTag(0));
    return key === undefined ? {} : { authorityKeyId: key.contents };
  },
  '2.5.29.36': ({ value }) => {
    const reader = new DerReader(value).enter(TAG.sequence);
    return {
      ...(reader.has(contextTag(0)) ? { requireExplicitPolicy: reader.count(contextTag(0)) } : {}),
      ...(reader.has(contextTag(1)) ? { inhibitPolicyMapping: reader.count(contextTag(1)) } : {}),
    };
  },
  '2.5.29.37': ({ value }) => ({ extendedKeyUsage: parseExtendedKeyUsage(value) }),
  '2.5.29.54': ({ value }) => ({ inhibitAnyPolicy: new DerReader(value).count() }),
  '1.3.6.1.5.5.7.1.1': ({ critical, value }) => {
    if (critical) throw new BuiltinError('x509: authority info access incorrectly marked critical');
    return { access: parseAuthorityAccess(value) };
  },
};

/** Reads the extensions that Go knows. Throws BuiltinError for one that is malformed. */
export function parseExtensionFields(extensions: readonly Extension[]): ExtensionFields {
  const unhandled: string[] = [];
  const parts = extensions.map((extension): Partial<ExtensionFields> => {
    const { isUnhandled = false, ...fields } = PARSERS[extension.oid]?.(extension) ?? { isUnhandled: true };
    if (isUnhandled && extension.critical) unhandled.push(extension.oid);
    return fields;
  });
  const none = { known: [], unknown: [] };
  const empty = {
    keyUsage: 0,
    names: NO_NAMES,
    crlPoints: [],
    extendedKeyUsage: none,
    policyMappings: [],
    access: { ocsp: [], issuers: [] },
  };
  return Object.assign({ ...empty, unhandled }, ...parts) as ExtensionFields;
}
