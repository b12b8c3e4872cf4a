import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { TEST_TOKEN } from './gateway.js';

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One connection that stays open: whoever holds its other end answers everything that is asked over it. */
export interface Connection {
  readonly ask: (method: string, route: string, body?: string | Buffer, headers?: OutgoingHttpHeaders) => Promise<WireAnswer>;
  /** The word that POST /v1/data/marker/value answers. */
  readonly marker: () => Promise<unknown>;
}

export function connect(url: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ask: Connection['ask'] = (method, route, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
      const sent = request(`${url}${route}`, {
        agent,
        method,
        headers: {
          Authorization: `Bearer ${TEST_TOKEN}`,
          'X-DefenseClaw-Client': 'test',
          'Content-Type': 'application/json',
          ...(headers['Transfer-Encoding'] === undefined ? length : {}),
          ...headers,
        },
      });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('error', reject);
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString('latin1') });
        });
      });
      sent.end(body);
    });
  const marker = async (): Promise<unknown> => {
    const { text } = await ask('POST', '/v1/data/marker/value', '{"input":{}}');
    return (JSON.parse(text) as { readonly result?: unknown }).result;
  };
  return { ask, marker };
}
