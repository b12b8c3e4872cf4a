import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { Call, Handler, Resource } from '../exchange.js';
import { refused, withHeader } from '../replies.js';

export interface RateLimitOptions {
  /** Requests a second. Default 20. */
  readonly rate?: number;
  /** Requests at once. Default 40. */
  readonly burst?: number;
  /** Addresses that are remembered; the one unseen longest starts afresh. Default 10,000. */
  readonly maxAddresses?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each peer; true when the request may pass. Loopback always may. */
export function createRateLimit(options: RateLimitOptions = {}): (address: string | undefined) => boolean {
  const { rate = 20, burst = 40, maxAddresses = 10_000, now = () => performance.now() } = options;
  const buckets = new LRUCache<string, Bucket>({ max: maxAddresses });
  return (address) => {
    const peer = peerOf(address);
    if (peer === undefined) return true;
    const time = now();
    const bucket = buckets.get(peer) ?? { tokens: burst, at: time };
    bucket.tokens = Math.min(burst, bucket.tokens + ((time - bucket.at) * rate) / 1000);
    bucket.at = time;
    buckets.set(peer, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}

/** Who is counted: undefined for loopback. A holder of an IPv6 network has 2^64 addresses in it, so the network is the peer. */
function peerOf(address: string | undefined): string | undefined {
  if (address === undefined || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'loopback') return undefined;
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}

/** The resource with every method behind the limit; all that share `allows` share the buckets. */
export function limited(resource: Resource, allows: (address: string | undefined) => boolean): Resource {
  const guard =
    (handle: Handler): Handler =>
    (call: Call) =>
      allows(call.remoteAddress) ? handle(call) : withHeader(refused(429, 'rate limit exceeded'), 'Retry-After', '1');
  return { ...resource, methods: Object.fromEntries(Object.entries(resource.methods).map(([method, handle]) => [method, guard(handle)])) };
}
