import ipaddr from 'ipaddr.js';
import { BuiltinError } from '../builtin.js';
import { parseGoUrl } from '../go-url.js';
import type { GoUrl } from '../go-url.js';
import { DerReader, TAG, contextTag } from './der.js';
import { ia5Text } from './names.js';

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

/** Subject alternative names. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly ips: readonly Buffer[];
  readonly uris: readonly GoUrl[];
}

export const NO_NAMES: AlternativeNames = { dns: [], emails: [], ips: [], uris: [] };

/** Reads one extension from a reader of its contents. */
export function parseExtension(reader: DerReader): Extension {
  const oid = reader.oid();
  const critical = reader.has(TAG.boolean) && reader.boolean();
  return { oid, critical, value: reader.expect(TAG.octetString).contents };
}

export function parseAlternativeNames(value: Buffer): AlternativeNames {
  const names = { dns: [] as string[], emails: [] as string[], ips: [] as Buffer[], uris: [] as GoUrl[] };
  for (const { tag, contents } of new DerReader(value).enter(TAG.sequence).elements()) {
    switch (tag) {
      case contextTag(1):
        names.emails.push(ia5Text(contents));
        break;
      case contextTag(2):
        names.dns.push(ia5Text(contents));
        break;
      case contextTag(6):
        names.uris.push(parseUri(ia5Text(contents)));
        break;
      case contextTag(7):
        if (contents.length !== 4 && contents.length !== 16) throw new BuiltinError('x509: cannot parse IP address');
        names.ips.push(contents);
        break;
      default:
      // Other kinds of names are left out.
    }
  }
  return names;
}

function parseUri(text: string): GoUrl {
  const url = parseGoUrl(text);
  if ('error' in url) throw new BuiltinError(`x509: cannot parse URI ${JSON.stringify(text)}: ${url.error}`);
  if (!isDomain(url.host, false)) throw new BuiltinError(`x509: cannot parse URI ${JSON.stringify(text)}: invalid domain`);
  return url;
}

/** Go's loose idea of a domain: no blank, no empty label, no dot at the end; a constraint may begin with a dot. */
export function isDomain(text: string, constraint: boolean): boolean {
  if (text === '') return true;
  const name = constraint && text.startsWith('.') ? text.slice(1) : text;
  return /^[\u0021-\u007e]*$/.test(text) && !text.endsWith('.') && name.split('.').every((label) => label !== '');
}

/** Key usage as bits, the first bit of the string lowest. */
export function parseKeyUsage(value: Buffer): number {
  const bits = new DerReader(value).bits();
  let usage = 0;
  for (let index = 0; index < 9; index++) {
    if (((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0) usage |= 1 << index;
  }
  return usage;
}

/** `pathLength` -1 stands for none. */
export function parseBasicConstraints(value: Buffer): { readonly isCa: boolean; readonly pathLength: number } {
  const reader = new DerReader(value).enter(TAG.sequence);
  const isCa = reader.has(TAG.boolean) && reader.boolean();
  return { isCa, pathLength: reader.has(TAG.integer) ? reader.count() : -1 };
}

/** Extended key usages as Go numbers them. */
const USAGES: readonly string[] = [
  '2.5.29.37.0',
  ...['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((number) => `1.3.6.1.5.5.7.3.${number}`),
  '1.3.6.1.4.1.311.10.3.3',
  '2.16.840.1.113730.4.1',
  '1.3.6.1.4.1.311.2.1.22',
  '1.3.6.1.4.1.311.61.1.1',
];

export function parseExtendedKeyUsage(value: Buffer): { readonly known: readonly number[]; readonly unknown: readonly string[] } {
  const reader = new DerReader(value).enter(TAG.sequence);
  const oids: string[] = [];
  while (!reader.empty) oids.push(reader.oid());
  return {
    known: oids.map((oid) => USAGES.indexOf(oid)).filter((usage) => usage >= 0),
    unknown: oids.filter((oid) => !USAGES.includes(oid)),
  };
}

export function parsePolicies(value: Buffer): readonly string[] {
  const oids = [...new DerReader(value).enter(TAG.sequence).entries()].map((policy) => policy.oid());
  if (new Set(oids).size < oids.length) throw new BuiltinError('x509: invalid certificate policies');
  return oids;
}

export function parseCrlPoints(value: Buffer): readonly string[] {
  const urls: string[] = [];
  for (const point of new DerReader(value).enter(TAG.sequence).entries()) {
    const name = point.optional(contextTag(0, true));
    if (name === undefined) continue;
    const full = new DerReader(name.contents).enter(contextTag(0, true));
    while (full.has(contextTag(6))) urls.push(full.next().contents.toString('utf8'));
  }
  return urls;
}

/** URLs of the OCSP responder and of the issuer's certificate. */
export function parseAuthorityAccess(value: Buffer): { readonly ocsp: readonly string[]; readonly issuers: readonly string[] } {
  const access = { ocsp: [] as string[], issuers: [] as string[] };
  for (const entry of new DerReader(value).enter(TAG.sequence).entries()) {
    const method = entry.oid();
    const url = entry.optional(contextTag(6))?.contents.toString('utf8');
    if (url === undefined) continue;
    if (method === '1.3.6.1.5.5.7.48.1') access.ocsp.push(url);
    else if (method === '1.3.6.1.5.5.7.48.2') access.issuers.push(url);
  }
  return access;
}

/** An address as Go prints it. */
export function ipText(bytes: Buffer): string {
  const address = ipaddr.fromByteArray([...bytes]);
  if (address instanceof ipaddr.IPv4) return address.toString();
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}
