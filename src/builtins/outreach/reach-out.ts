import { lookup } from 'node:dns/promises';
import type { HttpRequest, HttpResponse, LookupRequest } from './protocol.js';

/** The response with its whole body. Rejects when it is larger than asked for, or late. */
export async function fetchBounded(request: HttpRequest): Promise<HttpResponse> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    redirect: request.followRedirects ? 'follow' : 'manual',
    // It covers the body as well as the head.
    signal: AbortSignal.timeout(request.timeoutMs),
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  const headers = [...response.headers.keys()].map((name) => [name, valuesOf(response.headers, name)] as const);
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...new Map(headers)],
    body: await readBounded(response, request.maxBytes),
  };
}

/** Cookies are the one header whose values cannot be joined. */
function valuesOf(headers: Headers, name: string): readonly string[] {
  return name === 'set-cookie' ? headers.getSetCookie() : [headers.get(name) ?? ''];
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`the response body is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** All addresses of the name, as the resolver of the machine has them. */
export async function lookupAll({ name, timeoutMs }: LookupRequest): Promise<readonly string[]> {
  const late = new Promise<never>((_, reject) => {
    AbortSignal.timeout(timeoutMs).addEventListener('abort', () => reject(new Error(`lookup ${name}: timed out`)));
  });
  const found = await Promise.race([lookup(name, { all: true }), late]);
  return found.map(({ address }) => address);
}
