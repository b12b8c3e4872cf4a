import { request } from 'node:http';
import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { HEADERS } from '../bench/daemon.js';

export interface Asked {
  readonly method?: string;
  readonly route: string;
  readonly body?: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
  /** Keeps connections; without it each request has its own. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  /** Code of the error, if it is one. */
  readonly code: string | undefined;
  readonly text: string;
}

/** The connection went before the answer came. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly port: number;
  readonly openedAt: number;
  readonly refused: boolean;

  constructor(cause: NodeJS.ErrnoException, port: number, openedAt: number) {
    super(cause.message, { cause });
    this.refused = cause.code === 'ECONNREFUSED';
    this.port = port;
    this.openedAt = openedAt;
  }
}

const opened = new WeakMap<Socket, number>();

/** A client gives up after this: longer than a process may hang before it is replaced. */
const PATIENCE_MS = 15_000;

/** One request. Rejects with {@link ConnectionLost}. */
export function exchange(url: string, { method = 'POST', route, body, headers = {}, agent }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let socket: Socket | undefined;
    let port = 0;
    const lost = (error: Error): void =>
      reject(new ConnectionLost(error, port, (socket === undefined ? undefined : opened.get(socket)) ?? performance.now()));
    const sent = request(`${url}${route}`, { method, headers: { ...HEADERS, ...headers }, agent: agent ?? false, timeout: PATIENCE_MS });
    sent.on('socket', (used) => {
      socket = used;
      if (!opened.has(used)) opened.set(used, performance.now());
      if (used.connecting) used.once('connect', () => (port = used.localPort ?? 0));
      else port = used.localPort ?? 0;
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    sent.on('error', lost);
    sent.on('response', (answer) => {
      let text = '';
      answer.on('error', lost);
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, code: codeOf(answer.headers), text }));
    });
    sent.end(body);
  });
}

function codeOf(headers: IncomingHttpHeaders): string | undefined {
  const code = headers['x-defenseclaw-error'];
  return typeof code === 'string' ? code : undefined;
}
