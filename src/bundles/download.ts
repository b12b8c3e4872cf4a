import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { systemErrorCode } from '../config/bounded-file.js';
import type { BundleSource } from '../config/bundle-sources.js';
import { GatewayError } from '../errors.js';
import { fetchFailure } from '../fetch-failure.js';

/** A download is over by then, in ms. */
export const TIMEOUT_MS = 60_000;

/** A bundle as its server gave it. */
export interface Download {
  readonly bytes: Uint8Array;
  /** To ask with the next time; undefined where the server names none. */
  readonly etag: string | undefined;
}

/**
 * The bundle as it is at this moment, at most `maxBytes` of it; undefined when it is still the one of `etag`. Throws `bundle_unavailable`, whose
 * message names the address without credentials.
 */
export async function download(source: BundleSource, etag: string | undefined, maxBytes: number): Promise<Download | undefined> {
  if (source.url.startsWith('file:')) return { bytes: await fromFile(source, maxBytes), etag: undefined };
  try {
    const response = await fetch(source.url, {
      headers: {
        ...(source.credentials === undefined ? {} : { Authorization: authorization(source.credentials) }),
        ...(etag === undefined ? {} : { 'If-None-Match': etag }),
        Prefer: 'modes=snapshot',
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 304 && etag !== undefined) return undefined;
    if (!response.ok) {
      await response.body?.cancel();
      throw unavailable(source, `the server answered ${response.status}`);
    }
    return { bytes: await readAtMost(response, source, maxBytes), etag: response.headers.get('etag') ?? undefined };
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw unavailable(source, reasonOf(cause), cause);
  }
}

function authorization({ scheme, token }: NonNullable<BundleSource['credentials']>): string {
  return `${scheme} ${token.reveal()}`;
}

async function readAtMost({ body }: Response, source: BundleSource, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Who leaves the loop cancels the rest.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > maxBytes) throw unavailable(source, `it has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function fromFile(source: BundleSource, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = fileURLToPath(source.url);
    const found = await stat(file);
    if (!found.isFile()) throw unavailable(source, 'it is no regular file');
    if (found.size > maxBytes) throw unavailable(source, `it has more than ${maxBytes} bytes`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw unavailable(source, systemErrorCode(cause) ?? String(cause), cause);
  }
}

function reasonOf(thrown: unknown): string {
  const isLate = thrown instanceof Error && thrown.name === 'TimeoutError';
  return isLate ? `no answer within ${TIMEOUT_MS / 1000} s` : fetchFailure(thrown);
}

/** Names the place without credentials. */
export function unavailable({ name, url, reference }: BundleSource, why: string, cause?: unknown): GatewayError {
  const { protocol, host, pathname } = new URL(url);
  const place = reference ?? `${protocol}//${host}${pathname}`;
  return new GatewayError('bundle_unavailable', `bundle ${name}: ${place}: ${why}`, {
    cause,
    details: { bundle: name },
  });
}
