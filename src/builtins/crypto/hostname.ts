import ipaddr from 'ipaddr.js';
import { ipText } from './extensions.js';
import type { AlternativeNames } from './extensions.js';

/** True when a certificate with these names may speak for the host; an address, in brackets or not, must be listed as one. */
export function hostnameMatches(host: string, names: AlternativeNames): boolean {
  const bare = /^\[.+\]$/.test(host) ? host.slice(1, -1) : host;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)) {
    const wanted = ipText(Buffer.from(ipaddr.parse(bare).toByteArray()));
    return names.ips.some((ip) => ipText(ip) === wanted);
  }
  const wanted = host.toLowerCase();
  return names.dns.some((pattern) => {
    const lower = pattern.toLowerCase();
    // Only proper hostnames take part in wildcards; others must be the same text.
    if (!isHostname(wanted.replace(/\.$/, ''), false) || !isHostname(lower, true)) return lower !== '' && lower !== '.' && lower === wanted;
    return matches(lower, wanted.replace(/\.$/, ''));
  });
}

function matches(pattern: string, host: string): boolean {
  const labels = host.split('.');
  const wanted = pattern.split('.');
  return wanted.length === labels.length && wanted.every((label, index) => (index === 0 && label === '*') || label === labels[index]);
}

function isHostname(text: string, isPattern: boolean): boolean {
  if (text === '' || text === '*') return false;
  return text.split('.').every((label, index) => (isPattern && index === 0 && label === '*') || /^[a-z0-9_][a-z0-9_-]*$/.test(label));
}
