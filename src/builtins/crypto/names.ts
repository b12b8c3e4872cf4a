import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { DerReader, TAG } from './der.js';
import type { DerElement } from './der.js';

/** A distinguished name: its attributes in order. */
export type DistinguishedName = readonly { readonly type: string; readonly value: string }[];

/** Attributes that Go gives a field of their own; of those in the second list the last one wins, of the others all are kept. */
const LISTED: Readonly<Record<string, string>> = {
  Country: '2.5.4.6',
  Locality: '2.5.4.7',
  Province: '2.5.4.8',
  StreetAddress: '2.5.4.9',
  Organization: '2.5.4.10',
  OrganizationalUnit: '2.5.4.11',
  PostalCode: '2.5.4.17',
};
const SINGLE: Readonly<Record<string, string>> = { CommonName: '2.5.4.3', SerialNumber: '2.5.4.5' };

/** Reads the contents of a name. Throws BuiltinError. */
export function parseName(contents: Buffer): DistinguishedName {
  return [...new DerReader(contents).entries(TAG.set)].flatMap((set) =>
    [...set.entries()].map((attribute) => ({ type: attribute.oid(), value: parseText(attribute.next()) })),
  );
}

/** The name as Go's pkix.Name prints it. */
export function nameToRego(name: DistinguishedName): RegoValue {
  const values = (type: string): readonly string[] => name.filter((attribute) => attribute.type === type).map(({ value }) => value);
  return RegoObject.from({
    ...Object.fromEntries(Object.entries(LISTED).map(([field, type]) => [field, orNull(values(type))])),
    ...Object.fromEntries(Object.entries(SINGLE).map(([field, type]) => [field, values(type).at(-1) ?? ''])),
    Names: orNull(name.map(({ type, value }) => RegoObject.from({ Type: oidToRego(type), Value: value }))),
    ExtraNames: null,
  });
}

/** An object identifier as the list of its arcs. */
export function oidToRego(oid: string): RegoValue {
  return oid.split('.').map(Number);
}

/** Go prints a slice that was never filled as null. */
export function orNull<T extends RegoValue>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

/** Tags of the strings that {@link parseText} reads. */
export const TEXT_TAGS: ReadonlySet<number> = new Set([
  TAG.t61String,
  TAG.printableString,
  TAG.numericString,
  TAG.ia5String,
  TAG.utf8String,
  TAG.bmpString,
]);

/** The text of a string of any ASN.1 kind. Throws BuiltinError for a character that the kind does not allow. */
export function parseText({ tag, contents }: DerElement): string {
  switch (tag) {
    case TAG.t61String:
      return contents.toString('latin1');
    case TAG.printableString:
      return checked(contents.toString('latin1'), /^[A-Za-z0-9'()+,\-./ :=?*&]*$/);
    case TAG.numericString:
      return checked(contents.toString('latin1'), /^[0-9 ]*$/);
    case TAG.ia5String:
      return ia5Text(contents);
    case TAG.utf8String: {
      const text = contents.toString('utf8');
      if (!Buffer.from(text).equals(contents)) throw new BuiltinError('x509: invalid UTF-8 string');
      return text;
    }
    case TAG.bmpString: {
      if (contents.length % 2 !== 0) throw new BuiltinError('x509: invalid BMPString');
      const text = Buffer.from(contents).swap16().toString('utf16le');
      return checked(text.endsWith('\0') ? text.slice(0, -1) : text, /^[^\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]*$/);
    }
    default:
      throw new BuiltinError(`x509: unsupported string type: ${tag}`);
  }
}

/** ASCII text; throws for any other byte. */
export function ia5Text(contents: Buffer): string {
  return checked(contents.toString('latin1'), /^[^\u0080-\u00ff]*$/);
}

function checked(text: string, allowed: RegExp): string {
  if (!allowed.test(text)) throw new BuiltinError('x509: invalid character in a string');
  return text;
}
