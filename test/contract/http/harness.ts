import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import type { HttpDeps } from '../../../src/http/deps.js';
import { createHttpApi } from '../../../src/http/http-api.js';
import type { HttpApi } from '../../../src/http/http-api.js';
import { silentLog } from '../../../src/log.js';
import type { FakeEngine } from './fake-engine.js';

export const TOKEN = 'correct-horse';

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

/** Headers that every gate is content with. */
export const ADMITTED = { authorization: `Bearer ${TOKEN}`, 'x-defenseclaw-client': 'test', 'content-type': 'application/json' };

/** What was counted, one line each. */
export interface Counts {
  readonly requests: string[];
  readonly failures: string[];
  readonly evaluations: string[];
}

export interface Harness {
  readonly api: HttpApi;
  readonly counts: Counts;
  readonly url: string;
  readonly send: (sent: Sent) => Promise<Answer>;
}

/** A real server on a loopback port; closed when the test ends. */
export async function serve(engine: FakeEngine | undefined, overrides: Partial<HttpDeps> = {}): Promise<Harness> {
  const counts: Counts = { requests: [], failures: [], evaluations: [] };
  const api = createHttpApi({
    policyDir: '/etc/policies',
    token: TOKEN,
    version: '1.2.3',
    log: silentLog,
    metrics: {
      httpRequest: (method, route, status) => void counts.requests.push(`${method} ${route} ${status}`),
      authFailure: (reason) => void counts.failures.push(reason),
      evaluation: (domain, verdict) => void counts.evaluations.push(`${domain} ${verdict}`),
      scrape: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' }),
    },
    enforcement: { lists: () => ({ blocked: [], allowed: [] }) },
    guardrail: () => ({ mode: 'observe', scanner_mode: 'both', hilt: { enabled: false, min_severity: 'HIGH' } }),
    watcher: () => ({ mode: 'watching', since: new Date(0), events: 2, missed: 0 }),
    audit: () => ({ ok: true, failures: 0, since: new Date(0) }),
    config: { dataDir: '/data', bind: '127.0.0.1', port: 0 },
    ...overrides,
  });
  if (engine !== undefined) {
    api.attachEngine(engine);
    api.registerPolicyReloader((trigger, options) => engine.reload(trigger, options));
  }
  const { url } = await api.listen('127.0.0.1', 0);
  onTestFinished(() => api.close());
  return { api, counts, url, send: (sent) => send(url, sent) };
}

/** One request over its own connection, with exactly these headers. */
export function send(url: string, { method = 'POST', path, headers = ADMITTED, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    // Node sends the body of a GET or DELETE bare unless its length is given.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = httpRequest({ host: hostname, port, method, path, headers: { ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString('utf8'), bytes });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
