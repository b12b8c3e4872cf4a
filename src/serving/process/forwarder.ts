import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { endAnswer } from '../../http/door/end-answer.js';
import { PEER_HEADER } from '../../http/door/peer.js';
import { EVENTS_PATH } from '../../http/exchange.js';
import { refused } from '../../http/replies.js';
import type { Log } from '../../log.js';

/** Requests that may be under way to the main process at the same time; more wait here. */
const MAX_SOCKETS = 256;

/** Idle sockets go before the main process would close them, which would lose a request that is on its way. */
const IDLE_MS = 30_000;

/** Headers that belong to one connection, not to the message (RFC 9110, section 7.6.1), and the one that only this process may set. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', PEER_HEADER],
]);

/** Sends requests on to the main process and its answers back, byte for byte. */
export class Forwarder {
  readonly #path: string;
  readonly #log: Log;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_MS });
  /** Answers that last take no socket from those that come and go: how many there may be, the main process says. */
  readonly #lasting = new Agent({ keepAlive: false });
  forwarded = 0;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** `body` when it was read already. */
  forward(request: IncomingMessage, response: ServerResponse, body?: Uint8Array): void {
    this.forwarded += 1;
    const headers = passedOn(request.rawHeaders);
    if (request.socket.remoteAddress !== undefined) headers.push(PEER_HEADER, request.socket.remoteAddress);
    const isChunked = request.headers['transfer-encoding'] !== undefined;
    if (isChunked) headers.push('Transfer-Encoding', 'chunked');
    const onward = httpRequest({
      agent: isLasting(request) ? this.#lasting : this.#agent,
      ...{ socketPath: this.#path, method: request.method, path: request.url, headers },
      setHost: false,
    });
    onward.on('response', (answer) => {
      pass(answer, response);
      answer.on('end', () => {
        if (!request.complete) {
          // Answered before all of the body came: the rest of it goes by here.
          request.unpipe(onward);
          onward.destroy();
        }
        endAnswer(response);
      });
    });
    onward.on('error', (error) => {
      request.unpipe(onward);
      this.#broken(error, response);
    });
    response.on('close', () => {
      if (!response.writableFinished) onward.destroy();
    });
    send(request, onward, body);
  }

  close(): void {
    this.#agent.destroy();
    this.#lasting.destroy();
  }

  #broken(err: Error, response: ServerResponse): void {
    // Of an answer that has begun, its own end tells whether it is whole.
    if (response.headersSent || response.destroyed) return;
    this.#log.warn({ err }, 'a request could not be sent on to the main process');
    const { status, headers, body } = refused(503, 'the gateway cannot answer at this moment', 'internal');
    response.writeHead(status, { ...headers, Connection: 'close' }).end(body);
  }
}

function isLasting({ url = '' }: IncomingMessage): boolean {
  return url === EVENTS_PATH || url.startsWith(`${EVENTS_PATH}?`);
}

function send(request: IncomingMessage, onward: ClientRequest, body: Uint8Array | undefined): void {
  if (body !== undefined) onward.end(body);
  else if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) onward.end();
  else request.pipe(onward);
}

function pass(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, passedOn(answer.rawHeaders));
  answer.on('error', () => response.destroy());
  answer.pipe(response, { end: false });
}

/** Names and values in turn, as they came. */
function passedOn(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!NOT_PASSED_ON.has(name.toLowerCase())) kept.push(name, raw[index + 1] ?? '');
  }
  return kept;
}
