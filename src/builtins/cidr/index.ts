import type { Step } from '../../value/step.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import { isArray, stringOperand } from '../operands.js';
import { tooLarge } from '../text-limit.js';
import { contains, formatAddress, isPlainIpv6, lastAddress, masked, parseAddress, parseCidr, unmapped } from './address.js';
import type { Network } from './address.js';
import { mergeNetworks } from './merge.js';

/** Addresses that one call expands: beyond them the set would not fit the memory of an instance. */
const MAX_EXPANDED_BITS = 20;

function networkOf(text: string): Network {
  const network = parseCidr(text);
  if (network === undefined) throw new BuiltinError(`invalid CIDR address: ${text}`);
  return network;
}

function isValid(_context: BuiltinContext, cidr: RegoValue = null): RegoValue {
  return typeof cidr === 'string' && parseCidr(cidr) !== undefined;
}

function expand({ step }: BuiltinContext, cidr: RegoValue = null): RegoValue {
  const { address, prefix } = networkOf(stringOperand(cidr, 1));
  const hostBits = address.bits - prefix;
  if (hostBits > MAX_EXPANDED_BITS) throw tooLarge(`The network has more than ${2 ** MAX_EXPANDED_BITS} addresses`);
  const addresses = Array.from({ length: 2 ** hostBits }, (_, index) => {
    step();
    return formatAddress({ ...address, value: address.value + BigInt(index) });
  });
  return RegoSet.of(addresses, step);
}

function merge({ step }: BuiltinContext, addresses: RegoValue = null): RegoValue {
  const items = addresses instanceof RegoSet ? addresses.members : addresses;
  if (!isArray(items)) throw new BuiltinError('operand must be an array');
  return RegoSet.of(
    mergeNetworks(
      items.map((item) => mergedNetwork(item, step)),
      step,
    ),
    step,
  );
}

/** A lone IPv4 address stands for its class A, B or C network; a lone IPv6 address is refused. */
function mergedNetwork(value: RegoValue, step: Step): Network {
  step();
  if (typeof value !== 'string') throw new BuiltinError('element must be string');
  const parsed = parseAddress(value);
  if (parsed === undefined) return networkOf(value);
  const address = unmapped(parsed);
  if (address.bits !== 32) throw new BuiltinError('IPv6 invalid: needs prefix length');
  const firstByte = address.value >> 24n;
  return { address, prefix: firstByte < 0x80n ? 8 : firstByte < 0xc0n ? 16 : 24 };
}

function containsMatches({ step }: BuiltinContext, cidrs: RegoValue = null, candidates: RegoValue = null): RegoValue {
  const found: RegoValue[] = [];
  const outer = matchOperands(cidrs, 1);
  // Without a network to look into nothing is asked of the candidates.
  const inner = outer.length === 0 ? [] : matchOperands(candidates, 2);
  for (const [cidr, index] of outer) {
    for (const [candidate, candidateIndex] of inner) {
      step();
      if (containsText(stringOperand(cidr, 1), stringOperand(candidate, 1))) found.push([index, candidateIndex]);
    }
  }
  return RegoSet.of(found, step);
}

/** Each CIDR of an operand with what stands for it in the answer: its place, its key or itself. */
function matchOperands(value: RegoValue, position: number): readonly (readonly [cidr: RegoValue, index: RegoValue])[] {
  if (typeof value === 'string') return [[value, value]];
  if (isArray(value)) return value.map((item, index) => [matchTerm(item, position), index]);
  if (value instanceof RegoSet) return value.members.map((item) => [matchTerm(item, position), item]);
  if (value instanceof RegoObject) return value.entries.map(([key, item]) => [matchTerm(item, position), key]);
  return [];
}

/** The CIDR itself, or the first of an array that carries more about it. */
function matchTerm(value: RegoValue, position: number): RegoValue {
  if (typeof value === 'string') return value;
  const first = isArray(value) ? value[0] : undefined;
  if (first === undefined) throw new BuiltinError(`operand ${position}: element must be string or non-empty array`);
  return first;
}

/** `net.cidr_contains` for one pair of texts. */
function containsText(cidr: string, candidate: string): boolean {
  const network = networkOf(cidr);
  const address = parseAddress(candidate);
  if (address !== undefined) return contains(network, address);
  const inner = parseCidr(candidate);
  if (inner === undefined) throw new BuiltinError(`not a valid textual representation of an IP address or CIDR: ${candidate}`);
  if (isPlainIpv6(network) && isPlainIpv6(inner)) {
    return network.prefix <= inner.prefix && masked(inner.address.value, network.prefix, 128) === network.address.value;
  }
  return contains(network, inner.address) && contains(network, lastAddress(inner));
}

export const cidrBuiltins: BuiltinGroup = {
  'net.cidr_contains_matches': containsMatches,
  'net.cidr_expand': expand,
  'net.cidr_is_valid': isValid,
  'net.cidr_merge': merge,
};
