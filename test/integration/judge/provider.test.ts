import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Secret } from '../../../src/config/secret.js';
import type { ChatMessage } from '../../../src/judge/prompt.js';
import { createProvider, HALF_OPEN_AFTER_MS } from '../../../src/judge/provider.js';
import type { Provider, ProviderOptions } from '../../../src/judge/provider.js';
import type { ProviderTarget } from '../../../src/judge/provider-target.js';
import { answersStatus, inTurn, says, sendCompletion, startChatServer, staysSilent } from '../../helpers/chat-server.js';
import type { ChatReply, ChatServer } from '../../helpers/chat-server.js';
import { waitFor } from '../../helpers/wait-for.js';

const MESSAGES: readonly ChatMessage[] = [
  { role: 'system', content: 'Judge.' },
  { role: 'user', content: 'x' },
];

interface Bench {
  readonly server: ChatServer;
  readonly provider: Provider;
  readonly pauses: readonly number[];
  readonly ask: (signal?: AbortSignal) => Promise<string>;
}

async function start(
  reply: ChatReply,
  options: Partial<ProviderOptions> = {},
  target: Partial<ProviderTarget> = {},
  models = ['m'],
): Promise<Bench> {
  const server = await startChatServer(reply);
  onTestFinished(() => server.close());
  const pauses: number[] = [];
  const [first, ...rest] = models.map((model): ProviderTarget => ({
    provider: 'custom',
    model,
    baseUrl: server.url,
    apiKey: undefined,
    ...target,
  }));
  if (first === undefined) throw new Error('Expected a model');
  const provider = createProvider({
    targets: [first, ...rest],
    timeoutMs: 20_000,
    maxRetries: 0,
    maxConcurrency: 4,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    ...options,
  });
  return { server, provider, pauses, ask: (signal = new AbortController().signal) => provider.ask(MESSAGES, signal) };
}

describe('a call of the provider', () => {
  it('asks for JSON without streaming, and sends no key that it does not have', async () => {
    const { server, ask } = await start(says('{"a":1}'));
    expect(await ask()).toBe('{"a":1}');
    expect(server.requests).toMatchObject([
      {
        url: '/v1/chat/completions',
        body: { model: 'm', stream: false, max_tokens: 1024, response_format: { type: 'json_object' }, messages: MESSAGES },
      },
    ]);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('sends the key, and names the bound as OpenAI wants it', async () => {
    const { server, ask } = await start(says('{}'), {}, { provider: 'openai', apiKey: new Secret('sesame') });
    await ask();
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sesame');
    expect(server.requests[0]?.body).toMatchObject({ max_completion_tokens: 1024 });
    expect(server.requests[0]?.body.max_tokens).toBeUndefined();
  });

  it('does without JSON mode at an endpoint that refuses it, from then on', async () => {
    const { server, ask } = await start((request, response) =>
      request.body.response_format === undefined ? sendCompletion(response, '{}') : answersStatus(400)(request, response),
    );
    await ask();
    await ask();
    expect(server.requests.map(({ body }) => body.response_format?.type)).toEqual(['json_object', undefined, undefined]);
  });

  const failures: readonly [what: string, reply: ChatReply, reason: string][] = [
    ['an outage', answersStatus(500), 'provider'],
    ['a refused key', answersStatus(401), 'provider'],
    ['a bad request', answersStatus(400), 'provider'],
    ['a rate limit', answersStatus(429), 'rate_limited'],
    ['an empty message', says(''), 'empty_response'],
    ['no message', says(null), 'empty_response'],
    [
      'no choices',
      (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}'),
      'empty_response',
    ],
    [
      'something else than a completion',
      (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
      'parse',
    ],
    [
      'broken JSON',
      (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":['),
      'parse',
    ],
    ['a page', (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hi</h1>'), 'parse'],
    [
      'a stream',
      (_request, response) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"choices":[]}\n\ndata: [DONE]\n\n'),
      'parse',
    ],
    ['a cut connection', (_request, response) => void response.destroy(), 'provider'],
    ['a redirect', (_request, response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(), 'provider'],
    [
      'an endless answer',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = (): void => {
          if (!response.destroyed) response.write(Buffer.alloc(65_536, 32), more);
        };
        more();
      },
      'too_large',
    ],
  ];
  it.each(failures)('that meets %s fails as such', async (_what, reply, reason) => {
    const { ask } = await start(reply);
    await expect(ask()).rejects.toMatchObject({ name: 'JudgeFailure', reason });
  });

  it('ends with its own time limit, and with the deadline of the judgement', async () => {
    const slow = await start(staysSilent, { timeoutMs: 30 });
    await expect(slow.ask()).rejects.toMatchObject({ reason: 'timeout' });
    const late = await start(staysSilent);
    await expect(late.ask(AbortSignal.timeout(30))).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('ends when the caller leaves, and hangs up', async () => {
    const hungUp: boolean[] = [];
    const { server, ask } = await start((_request, response) => void response.on('close', () => hungUp.push(true)));
    const caller = new AbortController();
    const waiting = ask(caller.signal);
    waiting.catch(() => undefined);
    await waitFor('the request', () => server.requests.length === 1);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ reason: 'aborted' });
    await waitFor('the connection to close', () => hungUp.length === 1);
  });
});

describe('a provider that fails for a while', () => {
  it('is asked again, as late as it wants to be', async () => {
    const { server, ask, pauses } = await start(inTurn(answersStatus(429, { 'retry-after': '2' }), answersStatus(503), says('{}')), {
      maxRetries: 2,
    });
    expect(await ask()).toBe('{}');
    expect(server.requests).toHaveLength(3);
    expect(pauses[0]).toBe(2000);
    expect(pauses[1]).toBeLessThanOrEqual(500);
  });

  it('gives way to the fallback models, in order', async () => {
    const { server, ask } = await start(
      (request, response) => (request.body.model === 'c' ? sendCompletion(response, '{}') : answersStatus(500)(request, response)),
      {},
      {},
      ['a', 'b', 'c', 'd'],
    );
    expect(await ask()).toBe('{}');
    expect(server.requests.map(({ body }) => body.model)).toEqual(['a', 'b', 'c']);
  });
});

describe('the circuit', () => {
  it('opens after five failures in a row, then lets one call try, and closes when that works', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { server, ask, provider } = await start(answersStatus(500));
    for (let failure = 0; failure < 5; failure += 1) await expect(ask()).rejects.toMatchObject({ reason: 'provider' });
    expect(provider.state.circuits).toEqual([{ provider: 'custom', model: 'm', state: 'open' }]);
    await expect(ask()).rejects.toMatchObject({ reason: 'circuit_open' });
    expect(server.requests).toHaveLength(5);

    vi.setSystemTime(Date.now() + HALF_OPEN_AFTER_MS);
    await expect(ask()).rejects.toMatchObject({ reason: 'provider' });
    await expect(ask()).rejects.toMatchObject({ reason: 'circuit_open' });
    expect(server.requests).toHaveLength(6);

    vi.setSystemTime(Date.now() + HALF_OPEN_AFTER_MS);
    server.reply = says('{}');
    expect(await ask()).toBe('{}');
    expect(provider.state.circuits[0]?.state).toBe('closed');
  });

  it('of one model leaves the others alone', async () => {
    const { server, ask } = await start(
      (request, response) => (request.body.model === 'b' ? sendCompletion(response, '{}') : answersStatus(500)(request, response)),
      {},
      {},
      ['a', 'b'],
    );
    for (let call = 0; call < 7; call += 1) expect(await ask()).toBe('{}');
    expect(server.requests.filter(({ body }) => body.model === 'a')).toHaveLength(5);
  });

  it.each([
    ['no sense', says('')],
    ['that the request is bad', answersStatus(400)],
  ])('stays closed when one content makes the provider say %s', async (_what, reply) => {
    const { ask, provider } = await start(reply);
    for (let call = 0; call < 6; call += 1) await ask().catch(() => undefined);
    expect(provider.state.circuits[0]?.state).toBe('closed');
  });
});

describe('many judgements at once', () => {
  it('run as many as there are slots, wait in a bounded queue, and are refused beyond it', async () => {
    const waiting: (() => void)[] = [];
    const { server, ask, provider } = await start((_request, response) => void waiting.push(() => sendCompletion(response, '{}')), {
      maxConcurrency: 1,
    });
    const asked = Array.from({ length: 5 }, () => ask());
    await waitFor('the first call', () => waiting.length === 1);
    expect(provider.state).toMatchObject({ inFlight: 1, waiting: 4 });
    await expect(ask()).rejects.toMatchObject({ reason: 'overloaded' });
    for (let turn = 0; turn < 5; turn += 1) (await waitFor('a call', () => waiting.shift()))();
    expect(await Promise.all(asked)).toHaveLength(5);
    expect(server.requests).toHaveLength(5);
    expect(provider.state).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('give up their place in the queue when their deadline passes', async () => {
    const { server, ask } = await start(staysSilent, { maxConcurrency: 1 });
    const caller = new AbortController();
    const first = ask(caller.signal);
    first.catch(() => undefined);
    await waitFor('the first call', () => server.requests.length === 1);
    await expect(ask(AbortSignal.timeout(20))).rejects.toMatchObject({ reason: 'timeout' });
    caller.abort();
    await expect(first).rejects.toMatchObject({ reason: 'aborted' });
  });
});
