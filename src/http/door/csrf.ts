import type { IncomingHttpHeaders } from 'node:http';

export type CsrfFailure = 'sec_fetch_site_rejected' | 'csrf_mismatch_options' | 'csrf_mismatch' | 'bad_content_type' | 'origin_blocked';

const LOCAL_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Keeps web pages out of every method that may change something. The checks run in the order of the wire contract, so the first
 * failure is the one answered.
 *
 * `lenient` leaves out the client header and the content type: for routes that foreign clients use unchanged, and only where the
 * token came in `Authorization`, which no browser sends cross-site unasked.
 */
export function checkCsrf(method: string, headers: IncomingHttpHeaders, lenient: boolean): CsrfFailure | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const site = headers['sec-fetch-site'] ?? '';
  if (site !== '' && site !== 'same-origin' && site !== 'none') return 'sec_fetch_site_rejected';
  if (!lenient) {
    const named = (headers['x-defenseclaw-client'] ?? '') !== '';
    if (method === 'OPTIONS') return named ? undefined : 'csrf_mismatch_options';
    if (!named) return 'csrf_mismatch';
    if (!isJson(headers['content-type'])) return 'bad_content_type';
  }
  const origin = headers.origin ?? '';
  return origin === '' || isLocalOrigin(origin) ? undefined : 'origin_blocked';
}

/** `application/json`, with or without parameters; nothing that merely contains it. */
function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const end = contentType.indexOf(';');
  const media = end === -1 ? contentType : contentType.slice(0, end);
  return media.trim().toLowerCase() === 'application/json';
}

function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOCAL_HOSTS.has(new URL(origin).hostname);
}
