import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ConnectionLost, exchange } from './exchange.js';
import type { Asked } from './exchange.js';
import type { Ledger } from './ledger.js';
import type { Random } from './random.js';

export interface ClientOptions {
  readonly url: string;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly stopped: () => boolean;
}

const DECISION = { route: '/v1/data/chaos/both', body: '{"input":{}}' };

/** Asks for decisions one after the other, over one connection or over a new one each time, and looks at every answer. */
export async function decide({ url, ledger, stopped }: ClientOptions, keepAlive: boolean): Promise<void> {
  const agent = keepAlive ? new Agent({ keepAlive: true, maxSockets: 1 }) : undefined;
  while (!stopped()) {
    const { floor } = ledger;
    await guarded(ledger, 'a decision', async () => {
      const { status, code, text } = await exchange(url, { ...DECISION, ...(agent === undefined ? {} : { agent }) });
      if (code === 'evaluation_overloaded') ledger.overloaded += 1;
      else if (status !== 200) ledger.fail(`a decision was answered ${status}: ${text.trim().slice(0, 200)}`);
      else check(ledger, text, floor);
    });
    // Leaves the cores to what is tested.
    await pause(1);
  }
  agent?.destroy();
}

function check(ledger: Ledger, text: string, floor: number): void {
  const { result } = JSON.parse(text) as { readonly result?: { readonly a?: number; readonly b?: number; readonly c?: number } };
  const { a, b, c } = result ?? {};
  if (a === -1 || b === -1 || c === -1) ledger.fail(`a broken save was seen: ${text.trim()}`);
  else if (a === undefined || a !== b || a !== c) {
    ledger.mixed += 1;
    ledger.fail(`mixed: ${text.trim()}`);
  } else if (a < floor) {
    ledger.stale += 1;
    ledger.fail(`stale: ${a} after ${floor} was live`);
  }
  ledger.decided();
}

const POISON: readonly Asked[] = [
  { route: '/v1/data/chaos/endless', body: '{"input":{}}' },
  { route: '/v1/data/chaos/cidrs', body: JSON.stringify({ input: { c: Array.from({ length: 9000 }, () => '10.0.0.0/8') } }) },
  { route: '/v1/data/chaos/both', body: '{"input":{"x":1e999999999}}' },
  { route: '/v1/data/chaos/both', body: `{"input":${'['.repeat(100_000)}` },
  { route: '/v1/data/chaos/both', body: Buffer.alloc(2 << 20, 0x20) },
  { route: '/v1/data/chaos/both', body: '{"input":{"a":1,}}' },
  { route: '/v1/data/chaos/both', body: '{"input":{}}', headers: { Authorization: 'Bearer wrong' } },
  { route: '/v1/data/chaos/both', body: '{"input":{}}', headers: { 'Content-Encoding': 'gzip' } },
];

/** Sends what no sane client would. Any answer is right but 200, and none is wrong. */
export async function poison({ url, ledger, random, stopped }: ClientOptions): Promise<void> {
  while (!stopped()) {
    const asked = random.pick(POISON);
    if (asked === undefined) return;
    await guarded(ledger, `poison at ${asked.route}`, async () => {
      const { status } = await exchange(url, asked);
      ledger.poison += 1;
      if (status === 200) ledger.fail(`poison was answered 200: ${String(asked.body).slice(0, 60)}`);
    });
    await pause(random.between(10, 100));
  }
}

/** Runs one exchange; a connection that is lost is looked into, anything else is a fault of this program. */
async function guarded(ledger: Ledger, what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    if (!(thrown instanceof ConnectionLost)) throw thrown;
    // Nobody listens: nothing was asked.
    if (thrown.refused && ledger.ending) return;
    ledger.lost(`${what}: ${thrown.message}`, thrown.port, thrown.openedAt);
  }
}

const VIEWS = ['/health', '/metrics', '/status'];

/** Looks at the gateway as a supervisor does. */
export async function look({ url, ledger, random, stopped }: ClientOptions): Promise<void> {
  while (!stopped()) {
    const route = random.pick(VIEWS) ?? '/health';
    await guarded(ledger, route, async () => {
      const { status } = await exchange(url, { method: 'GET', route });
      if (status !== 200) ledger.fail(`${route} was answered ${status}`);
    });
    await pause(100);
  }
}
