import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const REQUEST_ID_HEADER = 'X-DefenseClaw-Request-Id';

const CARRIERS = ['x-defenseclaw-request-id', 'x-request-id', 'x-correlation-id'] as const;
const MAX_BYTES = 128;

/** The id that a request goes by: the first one that the caller gave, cleaned and bounded, else a fresh UUID. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  for (const carrier of CARRIERS) {
    const value = headers[carrier];
    if (value === undefined) continue;
    const cleaned = clean(typeof value === 'string' ? value : (value[0] ?? ''));
    if (cleaned !== '') return cleaned;
  }
  return randomUUID();
}

/** Node hands header bytes over as latin1, one character a byte, so characters here are bytes on the wire. */
function clean(value: string): string {
  // eslint-disable-next-line no-control-regex -- control bytes are what is to be taken out
  const printable = value.replace(/[\x00-\x1f\x7f]/g, '').trim();
  if (printable.length <= MAX_BYTES) return printable;
  let end = MAX_BYTES;
  while (end > 0 && isContinuation(printable.charCodeAt(end))) end -= 1;
  return printable.slice(0, end);
}

/** True for the second and later bytes of a UTF-8 character: a cut before one would tear it. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
