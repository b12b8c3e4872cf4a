import { Agent, request } from 'node:http';
import { HEADERS } from './daemon.js';

/** A client that decides again and again on one connection. */
export interface Poller {
  /** Asks until the answer is `value`; when that answer was there, by `performance.now()`. */
  until(value: unknown): Promise<number>;
  /** Ms that each decision took. */
  readonly times: readonly number[];
  close(): void;
}

/** By `node:http`: what `fetch` takes for itself is as long as what is measured. */
export function createPoller(url: string, route: string): Poller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];

  function decide(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const sent = request(`${url}${route}`, { agent, method: 'POST', headers: HEADERS }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve((JSON.parse(text) as { readonly result?: unknown }).result));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end('{"input":{}}');
    });
  }

  return {
    times,
    async until(value) {
      for (;;) {
        const start = performance.now();
        const result = await decide();
        const now = performance.now();
        times.push(now - start);
        if (result === value) return now;
      }
    },
    close: () => agent.destroy(),
  };
}
