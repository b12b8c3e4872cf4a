import type { Step } from '../../value/step.js';
import { formatNetwork, lastAddress, masked, unmapped } from './address.js';
import type { Address, Network } from './address.js';

/** A run of addresses on the one line that IPv4 (mapped) and IPv6 share; `network` is lost once it was merged. */
interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly network: Network | undefined;
}

/** Start of ::ffff:0:0/96, where IPv4 stands on the IPv6 line. */
const MAPPED_START = 0xffffn << 32n;

/** The fewest CIDRs that cover the networks; a network that touches no other is printed as it was written. */
export function mergeNetworks(networks: readonly Network[], step: Step): readonly string[] {
  const ranges = networks.map(toRange).sort((a, b) => {
    step();
    return compare(a.last, b.last) || compare(a.first, b.first);
  });
  const merged: Range[] = [];
  // From the highest down, so that a range that swallows several earlier ones meets them in turn.
  for (let current = ranges.pop(); current !== undefined;) {
    const previous = ranges.pop();
    if (previous !== undefined && touches(current, previous)) {
      const first = previous.first < current.first ? previous.first : current.first;
      current = { first, last: current.last, network: undefined };
    } else {
      merged.push(current);
      current = previous;
    }
  }
  return merged.flatMap((range) => (range.network === undefined ? coverRange(range, step) : [formatNetwork(range.network)]));
}

function touches(current: Range, previous: Range): boolean {
  const lowest = current.first === 0n || current.first === MAPPED_START;
  return (lowest ? current.first : current.first - 1n) <= previous.last;
}

function toRange(network: Network): Range {
  const { address, prefix } = network;
  const first = { ...address, value: masked(address.value, prefix, address.bits) };
  return { first: onLine(first), last: onLine(lastAddress({ address: first, prefix })), network };
}

function onLine(address: Address): bigint {
  const plain = unmapped(address);
  return plain.bits === 32 ? plain.value | MAPPED_START : plain.value;
}

/** The aligned blocks of a range, lowest first: each as large as its start and the end allow. */
function coverRange({ first, last }: Range, step: Step): readonly string[] {
  const blocks: string[] = [];
  const bits = first >> 32n === 0xffffn && last >> 32n === 0xffffn ? 32 : 128;
  for (let start = first; start <= last;) {
    step(bits);
    let size = 0;
    while (size < bits && (start & ((1n << BigInt(size + 1)) - 1n)) === 0n && start + (1n << BigInt(size + 1)) - 1n <= last) size++;
    const value = bits === 32 ? start & 0xffffffffn : start;
    blocks.push(formatNetwork({ address: { value, bits }, prefix: bits - size }));
    start += 1n << BigInt(size);
  }
  return blocks;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
