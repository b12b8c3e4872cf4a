import { Agent, request } from 'node:http';
import { HEADERS } from './daemon.js';

/** A client with one connection of its own. By `node:http`: what `fetch` takes for itself is as long as what is measured. */
export interface Client {
  post(route: string, body: unknown): Promise<unknown>;
  close(): void;
}

/** A client that decides again and again on one connection. */
export interface Poller {
  /** Asks until the answer is `value`; when that answer was there, by `performance.now()`. */
  until(value: unknown): Promise<number>;
  /** Asks so many times. */
  ask(times: number): Promise<void>;
  /** Ms that each decision took. */
  readonly times: readonly number[];
  close(): void;
}

export function createClient(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    post: (route, body) =>
      new Promise((resolve, reject) => {
        const sent = request(`${url}${route}`, { agent, method: 'POST', headers: HEADERS }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve(JSON.parse(text)));
          response.on('error', reject);
        });
        sent.on('error', reject);
        sent.end(JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}

export function createPoller(url: string, route: string): Poller {
  const client = createClient(url);
  const times: number[] = [];
  return {
    times,
    async ask(count) {
      for (let asked = 0; asked < count; asked++) await client.post(route, { input: {} });
    },
    async until(value) {
      for (;;) {
        const start = performance.now();
        const { result } = (await client.post(route, { input: {} })) as { readonly result?: unknown };
        const now = performance.now();
        times.push(now - start);
        if (result === value) return now;
      }
    },
    close: () => client.close(),
  };
}
