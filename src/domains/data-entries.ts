import { isIP, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';
import * as z from 'zod';

const NAME = /^(?:\*\.)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*$/u;
const NUMERIC_LAST_LABEL = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i;

/** True for a bare host, `*.name`, an IP address or a CIDR block: the entries that the firewall rules compare. */
export function isHostEntry(entry: string): boolean {
  const slash = entry.indexOf('/');
  if (slash >= 0) return isCidr(entry.slice(0, slash), entry.slice(slash + 1));
  if (isIP(entry) > 0) return isPlainAddress(entry);
  return NAME.test(entry) && !NUMERIC_LAST_LABEL.test(entry);
}

function isCidr(address: string, prefix: string): boolean {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(prefix) || !isPlainAddress(address)) return false;
  return Number(prefix) <= (isIPv4(address) ? 32 : 128);
}

/** An IPv4 address inside an IPv6 one would not match the IPv4 address that destinations are reduced to. */
function isPlainAddress(address: string): boolean {
  if (isIPv4(address)) return true;
  return isIPv6(address) && !/[%.]/.test(address) && !ipaddr.IPv6.parse(address).isIPv4MappedAddress();
}

// An entry in another form would never match: on the list of the blocked that is a hole, so it is an error on both.
export const hostEntry = z.string().refine(isHostEntry, 'a bare host, "*.name", an IP address or a CIDR block');

export const nonBlank = z.string().refine((text) => text.trim() !== '', 'a string that is not blank');

const MAX_PATTERN_LENGTH = 4096;

/** Compiling costs about 50 µs a pattern and most reloads bring the patterns of the last one. */
const sound = new Set<string>();
const MAX_REMEMBERED = 2048;

export const pattern = z.string().superRefine((text, context) => {
  if (sound.has(text)) return;
  if (text === '' || text.length > MAX_PATTERN_LENGTH) {
    context.addIssue({ code: 'custom', message: `a pattern of 1 to ${MAX_PATTERN_LENGTH} characters` });
    return;
  }
  try {
    RE2JS.compile(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: 'custom', message: `a regular expression in RE2 syntax (${why})` });
    return;
  }
  if (sound.size >= MAX_REMEMBERED) sound.clear();
  sound.add(text);
});
