import { JudgeFailure } from './failure.js';

/** An answer of 1024 tokens takes some kilobytes; this leaves room for verbose envelopes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

type Fetch = typeof globalThis.fetch;

/** `fetch` that reads the whole answer, at most `maxBytes` of it. Rejects with JudgeFailure `too_large`. */
export function createBoundedFetch(maxBytes = MAX_ANSWER_BYTES): Fetch {
  return async (input, init) => {
    // A redirect would carry content to an address that nobody configured.
    const response = await fetch(input, { ...init, redirect: 'error' });
    const bytes = await readAtMost(response, maxBytes);
    const headers = new Headers(response.headers);
    // The body is decoded by now.
    headers.delete('content-encoding');
    headers.delete('content-length');
    const { status, statusText } = response;
    return new Response(bytes.byteLength === 0 ? null : bytes, { status, statusText, headers });
  };
}

async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return new Uint8Array();
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Uint8Array.from(Buffer.concat(chunks));
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      throw new JudgeFailure('too_large', `the provider answered with more than ${maxBytes} bytes`);
    }
    chunks.push(value);
  }
}
