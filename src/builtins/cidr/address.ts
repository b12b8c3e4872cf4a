import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Address of 4 or 16 bytes as a number; IPv4 inside IPv6 (::ffff:a.b.c.d) counts as IPv4 where Go's net package does so. */
export interface Address {
  readonly value: bigint;
  readonly bits: 32 | 128;
}

/** A network; the address of one that was written as a CIDR has no bits beyond the prefix. */
export interface Network {
  readonly address: Address;
  readonly prefix: number;
}

const MAPPED = 0xffffn;

/** Reads an address as Go's net.ParseIP: strict IPv4, IPv6 without a zone. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { value: toNumber(ipaddr.IPv4.parse(text).toByteArray()), bits: 32 };
  if (text.includes('%') || !isIPv6(text)) return undefined;
  return { value: toNumber(ipaddr.IPv6.parse(text).toByteArray()), bits: 128 };
}

/** Reads a CIDR as Go's net.ParseCIDR. */
export function parseCidr(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const prefixText = text.slice(slash + 1);
  if (slash < 0 || !/^[0-9]{1,8}$/.test(prefixText)) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const prefix = Number(prefixText);
  if (address === undefined || prefix > address.bits) return undefined;
  return { address: { ...address, value: masked(address.value, prefix, address.bits) }, prefix };
}

/** The value with the bits after the prefix cleared. */
export function masked(value: bigint, prefix: number, bits: number): bigint {
  const host = BigInt(bits - prefix);
  return (value >> host) << host;
}

/** The last address of a network. */
export function lastAddress({ address, prefix }: Network): Address {
  return { ...address, value: address.value | ((1n << BigInt(address.bits - prefix)) - 1n) };
}

/** IPv4 out of ::ffff:0:0/96, everything else as it is. */
export function unmapped(address: Address): Address {
  if (address.bits === 32 || address.value >> 32n !== MAPPED) return address;
  return { value: address.value & 0xffffffffn, bits: 32 };
}

/** True when the network holds the address; the two must be of one family, mapped IPv4 counting as IPv4. */
export function contains(network: Network, candidate: Address): boolean {
  const base = unmapped(network.address);
  const address = unmapped(candidate);
  if (base.bits !== address.bits) return false;
  const prefix = Math.max(network.prefix - (network.address.bits - base.bits), 0);
  return masked(base.value, prefix, base.bits) === masked(address.value, prefix, base.bits);
}

/** True for an IPv6 network that is not IPv4 in disguise. */
export function isPlainIpv6(network: Network): boolean {
  return unmapped(network.address).bits === 128;
}

/** The address as Go prints it. */
export function formatAddress(given: Address): string {
  const { value, bits } = unmapped(given);
  const bytes = Array.from({ length: bits / 8 }, (_, index) => Number((value >> BigInt(bits - 8 - index * 8)) & 0xffn));
  return bits === 32 ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** The network as Go prints it. */
export function formatNetwork({ address, prefix }: Network): string {
  return `${formatAddress(address)}/${prefix - (address.bits - unmapped(address).bits)}`;
}

function toNumber(bytes: readonly number[]): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
