import { describe, expect, it } from 'vitest';
import { createRateLimit, limited } from '../../../src/http/door/rate-limit.js';
import type { Call } from '../../../src/http/exchange.js';
import { json } from '../../../src/http/replies.js';

function passed(allows: (address: string) => boolean, address: string, times: number): number {
  return Array.from({ length: times }, () => allows(address)).filter(Boolean).length;
}

describe('the rate limit', () => {
  it('lets a burst pass and then a steady rate', () => {
    let now = 0;
    const allows = createRateLimit({ now: () => now });
    expect(passed(allows, '192.0.2.1', 100)).toBe(40);
    now += 500;
    expect(passed(allows, '192.0.2.1', 100)).toBe(10);
    now += 3_600_000;
    expect(passed(allows, '192.0.2.1', 100)).toBe(40);
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('never stops %s', (address) => {
    expect(passed(createRateLimit({ now: () => 0 }), address, 1000)).toBe(1000);
  });

  it.each([
    ['an IPv4 address in IPv6 notation', '192.0.2.1', '::ffff:192.0.2.1'],
    ['addresses of one IPv6 network', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
    ['what is no address', '', 'unknown'],
  ])('counts %s as one peer', (_name, first, second) => {
    const allows = createRateLimit({ now: () => 0 });
    expect(passed(allows, first, 40)).toBe(40);
    expect(allows(second)).toBe(false);
    expect(allows('2001:db8:1:3::1')).toBe(true);
  });

  it('remembers a bounded number of peers', () => {
    const allows = createRateLimit({ now: () => 0, maxAddresses: 2, burst: 1 });
    expect(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.3', '192.0.2.1'].map((address) => allows(address))).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  it('answers for the handler', async () => {
    const resource = limited({ path: '/x', methods: { POST: () => json(200, {}) } }, createRateLimit({ now: () => 0, burst: 1 }));
    const call = { remoteAddress: '192.0.2.1' } as Call;
    expect((await resource.methods['POST']?.(call))?.status).toBe(200);
    expect(await resource.methods['POST']?.(call)).toMatchObject({
      ...{ status: 429, body: '{"error":"rate limit exceeded"}\n' },
      headers: { 'Retry-After': '1' },
    });
  });
});
