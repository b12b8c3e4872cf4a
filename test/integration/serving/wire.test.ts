import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/log.js';
import { createCore } from '../../../src/http/core.js';
import { DEFAULT_LIMITS } from '../../../src/http/deps.js';
import { KnownHeads } from '../../../src/http/quick/known-heads.js';
import { createQuickLane } from '../../../src/http/quick/lane.js';
import type { QuickResource } from '../../../src/http/quick/quick.js';
import { createWire } from '../../../src/http/quick/wire.js';
import { Elsewhere } from '../../../src/http/exchange.js';
import { createHttpServer } from '../../../src/http/server.js';
import type { HttpServer } from '../../../src/http/server.js';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createDecisionMetrics } from '../../../src/telemetry/metrics/combined.js';
import { TEST_TOKEN } from '../../helpers/gateway.js';
import { waitFor } from '../../helpers/wait-for.js';

interface Stand {
  readonly port: number;
  readonly server: HttpServer;
  /** Bodies that were answered, and by whom. */
  readonly answered: string[];
}

/** Echoes bodies. `slow` answers late, `away` leaves the request to the listener behind. */
async function stand(limits: Partial<typeof DEFAULT_LIMITS> = {}): Promise<Stand> {
  const answered: string[] = [];
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const core = createCore({ token: TEST_TOKEN, metrics: createDecisionMetrics(), log: silentLog, limits: bounds });
  const echo: QuickResource = {
    path: '/echo',
    handlerFor: () => (_call, body) => {
      const text = Buffer.from(body).toString();
      if (text === 'away') throw new Elsewhere();
      answered.push(text);
      const reply = { status: 200, headers: { 'Content-Type': 'text/plain' }, body: text };
      return text === 'slow' ? new Promise((resolve) => setImmediate(() => resolve(reply))) : reply;
    },
  };
  const heads = new KnownHeads();
  const server = createHttpServer((_request, response) => void response.end('behind'), {
    limits: bounds,
    log: silentLog,
    quick: ({ otherwise, leaving, handOver }) => ({
      serve: createQuickLane({ core, resources: [echo], heads, otherwise, leaving, log: silentLog }),
      wire: createWire({ core, heads, leaving, handOver }),
    }),
  });
  const door = createServer({ pauseOnConnect: true }, (socket) => server.adopt(socket));
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void door.close());
  onTestFinished(() => server.close());
  return { port: (door.address() as AddressInfo).port, server, answered };
}

function ask(body: string, extra = ''): string {
  return `POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TEST_TOKEN}\r\nX-DefenseClaw-Client: test\r\nContent-Type: application/json\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`;
}

interface Peer {
  readonly socket: Socket;
  readonly text: () => string;
  readonly closed: () => boolean;
}

function peer(port: number): Peer {
  const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let text = '';
  let closed = false;
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('end', () => (closed = true)).on('close', () => (closed = true));
  socket.on('error', () => undefined);
  return { socket, text: () => text, closed: () => closed };
}

async function bodies({ text }: Peer, ...expected: readonly string[]): Promise<void> {
  const found = (): string[] => [...text().matchAll(/\r\n\r\n([a-z]+)/gu)].map(([, body = '']) => body);
  await waitFor(`answers ${expected.join(', ')}`, () => found().length >= expected.length);
  expect(found()).toEqual(expected);
}

/** A stand that has seen the head of {@link ask} once. */
async function taught(limits?: Partial<typeof DEFAULT_LIMITS>): Promise<Stand> {
  const made = await stand(limits);
  const first = peer(made.port);
  first.socket.write(ask('first'));
  await bodies(first, 'first');
  first.socket.destroy();
  return made;
}

describe('requests that are recognised on the wire', () => {
  it('are answered like any other, one after the other', async () => {
    const { port } = await stand();
    const [one, two] = [peer(port), peer(port)];
    one.socket.write(ask('same'));
    await bodies(one, 'same');
    two.socket.write(ask('same'));
    await bodies(two, 'same');
    two.socket.write(ask('longer'));
    await bodies(two, 'same', 'longer');
    const shape = ({ text }: Peer): string[] =>
      text()
        .split('\r\n')
        .slice(0, 8)
        .map((line) => line.replace(/(Request-Id|Date): .*/u, '$1'));
    expect(shape(two)).toEqual(shape(one));
  });

  it('give the connection to the HTTP server when something else comes, nothing lost', async () => {
    const { port } = await taught();
    const caller = peer(port);
    caller.socket.write(ask('known'));
    await bodies(caller, 'known');
    caller.socket.write(ask('stranger', 'X-Other: 1\r\n'));
    await bodies(caller, 'known', 'stranger');
    caller.socket.write(ask('known'));
    await bodies(caller, 'known', 'stranger', 'known');
  });

  it('may come in pieces, or two at once', async () => {
    const { port } = await taught();
    const pieces = peer(port);
    const whole = ask('pieces');
    pieces.socket.setNoDelay(true);
    pieces.socket.write(whole.slice(0, 40));
    await new Promise((resolve) => setImmediate(resolve));
    pieces.socket.write(whole.slice(40, -3));
    await new Promise((resolve) => setImmediate(resolve));
    pieces.socket.write(whole.slice(-3));
    await bodies(pieces, 'pieces');
    const pair = peer(port);
    pair.socket.write(ask('one') + ask('two'));
    await bodies(pair, 'one', 'two');
  });

  it('are answered in order when one takes its time', async () => {
    const { port } = await taught();
    const caller = peer(port);
    caller.socket.write(ask('slow'));
    caller.socket.write(ask('quick'));
    await bodies(caller, 'slow', 'quick');
  });

  it('are left to those behind when they are not decided here', async () => {
    const { port } = await taught();
    const caller = peer(port);
    caller.socket.write(ask('away'));
    await bodies(caller, 'behind');
    caller.socket.write(ask('back'));
    await bodies(caller, 'behind', 'back');
  });

  it('are answered to a peer that stops sending, and the connection ends', async () => {
    const { port } = await taught();
    const caller = peer(port);
    caller.socket.end(ask('slow'));
    await bodies(caller, 'slow');
    await waitFor('the end of the connection', () => caller.closed());
  });

  it('refuse another token', async () => {
    const { port, answered } = await taught();
    const caller = peer(port);
    caller.socket.write(ask('mine').replace(TEST_TOKEN, `${TEST_TOKEN.slice(0, -1)}x`));
    await bodies(caller, 'behind');
    expect(answered).toEqual(['first']);
  });

  it('that came before anybody knew them are asked to come again after a thousand', async () => {
    const { port } = await stand();
    const caller = peer(port);
    for (let count = 1; count <= 1_000; count++) {
      caller.socket.write(ask('again'));
      await waitFor('the next answer', () => caller.text().split('HTTP/1.1 200').length === count + 1);
    }
    expect(caller.text()).not.toContain('Connection: close');
    caller.socket.write(ask('again'));
    await waitFor('the end of the connection', () => caller.closed());
    expect(caller.text()).toContain('Connection: close');
  });

  it('do not hold up the end of the server', async () => {
    const { port, server } = await taught();
    const [used, fresh] = [peer(port), peer(port)];
    used.socket.write(ask('used'));
    await bodies(used, 'used');
    await server.close();
    await waitFor('both connections to end', () => used.closed() && fresh.closed());
  });

  it('are not waited for without end', async () => {
    const { port } = await taught({ headersTimeoutMs: 1_000, keepAliveTimeoutMs: 1_000 });
    const [used, fresh] = [peer(port), peer(port)];
    used.socket.write(ask('used'));
    await bodies(used, 'used');
    await waitFor('both connections to be closed', () => used.closed() && fresh.closed());
  });
});
