import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fetchFailure } from '../../fetch-failure.js';
import type { ServiceSettings, Sink } from './sink.js';
import { createUploadSink } from './upload-sink.js';
import type { UploadFailure } from './upload-sink.js';

/** What is said of the body. Everything else may pass: a service that is away, a token that is renewed. */
const FINAL: ReadonlySet<number> = new Set([400, 413, 415, 422]);
const MAX_TOKEN = 16_384;

/** Quick: the thread that packs is one for all sinks. */
const LEVEL = 3;
const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

/** OPA's decision log service protocol: gzipped JSON arrays by POST. */
export function createServiceSink(settings: ServiceSettings, onChange: () => void): Sink {
  return createUploadSink(
    settings,
    {
      pack(lines) {
        const json = Buffer.concat([OPEN, ...lines.flatMap((line, index) => (index === 0 ? [line] : [COMMA, line])), CLOSE]);
        const body = gzipSync(json, { level: LEVEL });
        return { body, bytes: body.length };
      },
      send: (body, signal) => upload(settings, body, signal),
    },
    onChange,
  );
}

async function upload(
  { url, token, tokenPath, timeoutMs }: ServiceSettings,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<UploadFailure | undefined> {
  try {
    const credential = tokenPath === undefined ? token : (await readFile(tokenPath, 'utf8')).slice(0, MAX_TOKEN).trim();
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'Content-Type': 'application/json',
        'Content-Encoding': 'gzip',
        ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return response.ok ? undefined : { final: FINAL.has(response.status), message: `the service answered ${response.status}` };
  } catch (thrown) {
    return { final: false, message: signal.aborted ? 'the service did not answer before the gateway ended' : fetchFailure(thrown) };
  }
}
