import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EventStream } from '../../../src/http/events/event-stream.js';
import type { EventStreamOptions } from '../../../src/http/events/event-stream.js';
import type { PolicyEvent } from '../../../src/http/events/policy-event.js';
import { silentLog } from '../../../src/log.js';
import { subscribe } from '../../helpers/subscribe.js';
import { waitFor } from '../../helpers/wait-for.js';
import { FakeEngine, fakeRevision } from './fake-engine.js';
import { ADMITTED, serve } from './harness.js';

const event = (number: number, text = ''): PolicyEvent => ({ number, name: 'reloaded', body: { number, text } });

/** A stream behind a server that does nothing else. */
async function streaming(options: Partial<EventStreamOptions> = {}): Promise<{ readonly stream: EventStream; readonly url: string }> {
  const stream = new EventStream({
    maxSubscribers: 10,
    since: () => Promise.resolve([]),
    standing: () => ({ number: 1, name: 'serving', body: {} }),
    log: silentLog,
    ...options,
  });
  const server = createServer((request, response) => {
    const since = request.headers['last-event-id'];
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    stream.subscribe(response, since === undefined ? undefined : Number(since));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    stream.close();
    server.closeAllConnections();
    server.close();
  });
  return { stream, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('a stream of events', () => {
  it('gives signs of life', async () => {
    const { url } = await streaming({ heartbeatMs: 10 });
    const listener = await subscribe(url);
    await waitFor('three beats', () => listener.beats() >= 3);
  });

  it('tells what came while the past was read after it, each once', async () => {
    let tell: (events: readonly PolicyEvent[]) => void = () => undefined;
    const past = new Promise<readonly PolicyEvent[]>((resolve) => (tell = resolve));
    const { stream, url } = await streaming({ since: () => past });
    const listener = await subscribe(url, { 'Last-Event-ID': '3' });
    await waitFor('the subscriber', () => stream.subscribers === 1);
    for (const number of [5, 6]) stream.publish(event(number));
    tell([event(4), event(5)]);
    await listener.events(4);
    stream.publish(event(7));
    const heard = await listener.events(5);
    expect(heard.map(({ id, event: name }) => `${id ?? ''} ${name}`)).toEqual([
      '4 reloaded',
      '5 reloaded',
      '6 reloaded',
      '1 serving',
      '7 reloaded',
    ]);
  });

  it('cuts off who does not read, and nobody else', async () => {
    const { stream, url } = await streaming();
    const [reader, sleeper] = await Promise.all([subscribe(url), subscribe(url)]);
    await waitFor('both', () => stream.subscribers === 2);
    sleeper.answer.pause();
    const text = 'x'.repeat(64 * 1024);
    let number = 1;
    while (stream.subscribers === 2) {
      number += 1;
      stream.publish(event(number, text));
      await waitFor('the reader to have read it', () => reader.heard.length >= number);
      // The kernel takes some megabytes for a peer that does not read.
      expect(number).toBeLessThan(2_000);
    }
    expect(reader.ended()).toBe(false);
    sleeper.answer.resume();
    await waitFor('the other to be cut off', sleeper.ended);
  });
});

describe('GET /policy/events', () => {
  it('lets only so many listen at a time, and makes room again', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    const { url, send } = await serve(engine, { token: 'test-token-0123456789abcdef', limits: { maxSubscribers: 2 } });
    const headers = { ...ADMITTED, authorization: 'Bearer test-token-0123456789abcdef' };
    const [first, second] = await Promise.all([subscribe(url), subscribe(url)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    const refused = await send({ method: 'GET', path: '/policy/events', headers });
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1', 'x-defenseclaw-error': 'subscribers_full' } });
    first.close();
    await waitFor('room for another', async () => {
      const next = await subscribe(url);
      if (next.status !== 200) return false;
      await next.events(1);
      return true;
    });
  });
});
