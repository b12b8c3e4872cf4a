import { connect } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHttpServer } from '../../../src/http/server.js';
import { DEFAULT_LIMITS } from '../../../src/http/deps.js';
import { PEER_HEADER, peerAddress } from '../../../src/http/door/peer.js';
import { silentLog } from '../../../src/log.js';
import { FakeEngine, fakeRevision, outcome } from './fake-engine.js';
import { recordingLog } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';
import { ADMITTED, send, serve } from './harness.js';

function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Writes raw text to a port and gives everything that comes back until the peer hangs up. */
function exchange(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.on('data', (chunk) => (got += chunk.toString('latin1')));
    socket.on('close', () => resolve(got));
    socket.on('error', () => undefined);
  });
}

/** Head of a request whose body comes in chunks, with everything that the gates ask for. */
function chunked(path: string, headers: readonly string[] = []): string {
  const lines = [`POST ${path} HTTP/1.1`, 'Host: x', `Authorization: ${ADMITTED.authorization}`, 'X-DefenseClaw-Client: t', ...headers];
  return [...lines, 'Content-Type: application/json', 'Transfer-Encoding: chunked', '', ''].join('\r\n');
}

/** 64 KiB of body. */
const chunk = `10000\r\n${'x'.repeat(1 << 16)}\r\n`;

describe('the server', () => {
  it('lets an answer under way end, closes its connection and refuses new ones', async () => {
    const { opened, open } = gate();
    const started = gate();
    const engine = new FakeEngine(() => undefined, fakeRevision());
    const { api, url } = await serve(engine);
    api.registerPolicyReloader(async () => {
      started.open();
      await opened;
      return outcome({});
    });
    const pending = send(url, { path: '/policy/reload', headers: { ...ADMITTED, connection: 'keep-alive' } });
    await started.opened;
    const closed = api.close();
    await expect(send(url, { path: '/policy/reload' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    open();
    const got = await pending;
    expect([got.status, got.headers.connection]).toEqual([200, 'close']);
    await closed;
    await api.close();
  });

  it('cuts what does not end within the drain time', async () => {
    const started = gate();
    const { api, url } = await serve(new FakeEngine(() => undefined, fakeRevision()), { limits: { drainMs: 50 } });
    api.registerPolicyReloader(() => {
      started.open();
      return new Promise(() => undefined);
    });
    const pending = send(url, { path: '/policy/reload' });
    const failed = expect(pending).rejects.toMatchObject({ code: 'ECONNRESET' });
    await started.opened;
    await api.close();
    await failed;
  });

  it('hangs up on idle connections when it closes', async () => {
    const { api, url } = await serve(new FakeEngine(() => undefined, fakeRevision()));
    const idle = exchange(url, 'GET /health?ready HTTP/1.1\r\nHost: x\r\n\r\n');
    await send(url, { method: 'GET', path: '/health' });
    await api.close();
    expect(await idle).toContain('HTTP/1.1 200 OK');
  });

  it('answers once more on an idle connection after it was left and listens no more, and says that it closes', async () => {
    const log = recordingLog();
    const server = createHttpServer((_, response) => response.end('here'), { limits: DEFAULT_LIMITS, log });
    const { port } = await server.listen('127.0.0.1', 0);
    const used = connect(port, '127.0.0.1');
    let got = '';
    used.on('data', (chunk) => (got += chunk.toString('latin1')));
    used.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor('the first answer', () => got.includes('here'));
    const fresh = connect(port, '127.0.0.1');
    await new Promise((resolve) => fresh.once('connect', resolve));
    server.leave();
    const closed = server.close();
    await waitFor('it to listen no more', () => log.records.some(({ message }) => message.startsWith('not listening any more')));
    const ended = Promise.all([used, fresh].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    fresh.on('data', (chunk) => (got += chunk.toString('latin1')));
    for (const socket of [used, fresh]) socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await ended;
    expect(got.split('Connection: close')).toHaveLength(3);
    await closed;
  });

  it('waits until who is connected has had an answer, and for nobody when nobody is', async () => {
    const { opened, open } = gate();
    let asked = false;
    const server = createHttpServer(
      (_, response) => {
        asked = true;
        void opened.then(() => response.end('here'));
      },
      { limits: DEFAULT_LIMITS, log: silentLog },
    );
    const { url } = await server.listen('127.0.0.1', 0);
    await server.answered(600_000);
    const answer = exchange(url, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await waitFor('the request', () => asked);
    let told = false;
    const waiting = server.answered(600_000).then(() => (told = true));
    await new Promise(setImmediate);
    expect(told).toBe(false);
    open();
    await waiting;
    expect(await answer).toContain('here');
    await server.close();
  });

  it('keeps an idle connection for longer than it says, so that a request on its way is answered', async () => {
    const server = createHttpServer((_, response) => response.end('here'), {
      limits: { ...DEFAULT_LIMITS, keepAliveTimeoutMs: 50 },
      log: silentLog,
    });
    const { port } = await server.listen('127.0.0.1', 0);
    const socket = connect(port, '127.0.0.1');
    let got = '';
    socket.on('data', (chunk) => (got += chunk.toString('latin1')));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor('the first answer', () => got.includes('here'));
    // Ten times as long as the connection is said to be kept.
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await waitFor('the second answer', () => got.split('here').length === 3);
    await server.close();
  });

  it('names the address that is taken', async () => {
    const { url } = await serve(undefined);
    const second = createHttpServer(() => undefined, { limits: DEFAULT_LIMITS, log: silentLog });
    await expect(second.listen('127.0.0.1', Number(new URL(url).port))).rejects.toMatchObject({ code: 'address_in_use' });
  });

  it.each(['192.0.2.1', '::ffff:192.0.2.1'])('names the address that is not ours: %s', async (host) => {
    const server = createHttpServer(() => undefined, { limits: DEFAULT_LIMITS, log: silentLog });
    await expect(server.listen(host, 0)).rejects.toMatchObject({ code: 'address_unavailable' });
  });

  it('believes nobody on a local socket that is open to clients who says that he speaks for somebody else', async () => {
    const socketPath = path.join(await tempDir(), 'api.sock');
    const server = createHttpServer((request, response) => response.end(String(peerAddress(request))), {
      ...{ limits: DEFAULT_LIMITS, log: silentLog },
    });
    await server.listen(`unix:${socketPath}`, 0);
    const text = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(socketPath, () => {
        socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${PEER_HEADER}: 203.0.113.9\r\nConnection: close\r\n\r\n`);
      });
      socket.on('data', (chunk) => (got += chunk.toString('latin1'))).on('close', () => resolve(got));
    });
    expect(text).toContain('undefined');
    await server.close();
  });

  it('writes an IPv6 address in brackets', async () => {
    const server = createHttpServer((_, response) => response.end('six'), { limits: DEFAULT_LIMITS, log: silentLog });
    const { url, port } = await server.listen('::1', 0);
    expect(url).toBe(`http://[::1]:${port}`);
    await server.close();
  });

  it('cuts off a request whose head never ends', async () => {
    const { url } = await serve(undefined, { limits: { headersTimeoutMs: 50, requestTimeoutMs: 100 } });
    expect(await exchange(url, 'POST /policy/evaluate HTTP/1.1\r\nHost: x\r\n')).toContain('408 Request Timeout');
  });

  it.each([
    ['/policy/evaluate', '{"error":"invalid JSON body","detail":"the request body exceeds 10 bytes'],
    ['/v1/data/a', '"code": "invalid_parameter"'],
  ])('answers a chunked body that is too long at %s', async (path, answer) => {
    const { url } = await serve(new FakeEngine(() => undefined, fakeRevision()), { limits: { maxBodyBytes: 10 } });
    expect(await exchange(url, `${chunked(path, ['Connection: close'])}${chunk.repeat(2)}0\r\n\r\n`)).toContain(answer);
  });

  it.each(['/policy/evaluate', '/policy/reload', '/nope'])('hangs up on a body without end at %s', async (path) => {
    const { url } = await serve(new FakeEngine(() => undefined, fakeRevision()), { limits: { maxBodyBytes: 10 } });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.on('error', () => undefined).on('close', () => resolve()));
    const mebibyte = Buffer.from(chunk.repeat(16));
    const goOn = (): void => {
      while (!socket.destroyed && socket.write(mebibyte));
      socket.once('drain', goOn);
    };
    socket.write(chunked(path));
    goOn();
    await closed;
    // Past 64 MiB nothing is read any more: the connection closes although the body never does.
    expect(socket.bytesWritten).toBeGreaterThan(64 << 20);
  });

  it('survives a sender that leaves in the middle of its body', async () => {
    const { url, counts } = await serve(new FakeEngine(() => undefined, fakeRevision()));
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write(
          `POST /policy/evaluate HTTP/1.1\r\nHost: x\r\nAuthorization: ${ADMITTED.authorization}\r\nX-DefenseClaw-Client: t\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
          () => socket.destroy(),
        );
      });
      socket.on('close', () => resolve());
    });
    expect((await send(url, { method: 'GET', path: '/health', headers: {} })).status).toBe(200);
    expect(counts.requests).toContain('GET /health 200');
  });
});
