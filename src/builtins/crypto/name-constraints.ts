import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import { DerReader, TAG, contextTag } from './der.js';
import { isDomain } from './extensions.js';
import type { AlternativeNames } from './extensions.js';
import { ia5Text } from './names.js';

/** A range of addresses: base and mask of one length. */
export interface IpRange {
  readonly ip: Buffer;
  readonly mask: Buffer;
}

/** Names on one side, permitted or excluded. */
export interface NameSubtrees {
  readonly dns: readonly string[];
  readonly ips: readonly IpRange[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}

export interface NameConstraints {
  readonly permitted: NameSubtrees;
  readonly excluded: NameSubtrees;
  /** It also constrains names of other kinds, which nobody here can check. */
  readonly unhandled: boolean;
}

export const NO_SUBTREES: NameSubtrees = { dns: [], ips: [], emails: [], uris: [] };

/** Reads the extension. Throws BuiltinError. */
export function parseNameConstraints(value: Buffer): NameConstraints {
  const outer = new DerReader(value);
  const reader = outer.enter(TAG.sequence);
  const permitted = reader.optional(contextTag(0, true))?.contents ?? Buffer.alloc(0);
  const excluded = reader.optional(contextTag(1, true))?.contents ?? Buffer.alloc(0);
  if (!outer.empty || !reader.empty) throw new BuiltinError('x509: invalid NameConstraints extension');
  if (permitted.length + excluded.length === 0) throw new BuiltinError('x509: empty name constraints extension');
  const sides = [permitted, excluded].map(parseSubtrees);
  return { permitted: sides[0] ?? NO_SUBTREES, excluded: sides[1] ?? NO_SUBTREES, unhandled: sides.some((side) => side.unhandled) };
}

function parseSubtrees(contents: Buffer): NameSubtrees & { readonly unhandled: boolean } {
  const names = { dns: [] as string[], ips: [] as IpRange[], emails: [] as string[], uris: [] as string[], unhandled: false };
  for (const entry of new DerReader(contents).entries()) {
    const { tag, contents: name } = entry.next();
    if (tag === contextTag(2)) names.dns.push(domain(ia5Text(name)));
    else if (tag === contextTag(7)) names.ips.push(range(name));
    else if (tag === contextTag(1)) names.emails.push(email(ia5Text(name)));
    else if (tag === contextTag(6)) names.uris.push(domain(ia5Text(name)));
    else names.unhandled = true;
  }
  return names;
}

function domain(text: string): string {
  if (!isDomain(text, true)) throw new BuiltinError(`x509: failed to parse constraint ${JSON.stringify(text)}`);
  return text;
}

function email(text: string): string {
  return text.includes('@') ? text : domain(text);
}

function range(bytes: Buffer): IpRange {
  if (bytes.length !== 8 && bytes.length !== 32) throw new BuiltinError('x509: IP constraint of a wrong length');
  const half = bytes.length / 2;
  const mask = bytes.subarray(half);
  const bits = BigInt(`0x${mask.toString('hex')}`)
    .toString(2)
    .padStart(half * 8, '0');
  if (bits.includes('01')) throw new BuiltinError('x509: IP constraint with an invalid mask');
  return { ip: bytes.subarray(0, half), mask };
}

/** True when every name is permitted by the constraints and none excluded. */
export function namesAllowed({ permitted, excluded }: NameConstraints, names: AlternativeNames, step: Step): boolean {
  const allowed = <N, C>(
    list: readonly N[],
    permit: readonly C[],
    exclude: readonly C[],
    match: (name: N, constraint: C) => boolean,
  ): boolean =>
    isAllowed(list, permit, exclude, (name, constraint) => {
      step();
      return match(name, constraint);
    });
  const hosts = names.uris.map((uri) => uri.host.replace(/:\d*$/, ''));
  return (
    allowed(names.dns, permitted.dns, excluded.dns, inDomain) &&
    // A wildcard could become the excluded name itself.
    !names.dns.some(
      (name) =>
        name.startsWith('*.') &&
        excluded.dns.some((constraint) => {
          step();
          return parent(constraint) === parent(name);
        }),
    ) &&
    allowed(hosts, permitted.uris, excluded.uris, (host, constraint) => host !== '' && inDomain(host, constraint)) &&
    allowed(names.emails, permitted.emails, excluded.emails, isMailbox) &&
    allowed(names.ips, permitted.ips, excluded.ips, inRange)
  );
}

function isAllowed<N, C>(
  names: readonly N[],
  permitted: readonly C[],
  excluded: readonly C[],
  match: (name: N, constraint: C) => boolean,
): boolean {
  return names.every((name) => {
    const fits = permitted.length === 0 || permitted.some((constraint) => match(name, constraint));
    return fits && !excluded.some((constraint) => match(name, constraint));
  });
}

function inDomain(name: string, constraint: string): boolean {
  const lower = name.toLowerCase();
  const wanted = constraint.toLowerCase();
  if (wanted === '' || lower === wanted) return true;
  return lower.endsWith(wanted.startsWith('.') ? wanted : `.${wanted}`);
}

function parent(name: string): string {
  return name.toLowerCase().replace(/^[^.]*\./, '');
}

function isMailbox(address: string, constraint: string): boolean {
  const at = address.lastIndexOf('@');
  const host = address.slice(at + 1).toLowerCase();
  if (!constraint.includes('@')) return inDomain(host, constraint);
  const split = constraint.lastIndexOf('@');
  return address.slice(0, at) === constraint.slice(0, split) && host === constraint.slice(split + 1).toLowerCase();
}

function inRange(ip: Buffer, { ip: base, mask }: IpRange): boolean {
  return ip.length === base.length && ip.every((byte, index) => (byte & (mask[index] ?? 0)) === ((base[index] ?? 0) & (mask[index] ?? 0)));
}
