import { request as requestHttp } from 'node:http';
import type { ClientRequest } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { GatewayError } from '../errors.js';
import { localSocketOf } from '../http/local-socket.js';

export interface GatewayClientOptions {
  /** Host as configured, an IPv6 address without brackets; or `unix:/path`. */
  readonly bind: string;
  readonly port: number;
  readonly token: string | undefined;
  /** What is asked of the gateway's certificate; undefined speaks plain HTTP. */
  readonly trust?: ConnectionOptions | undefined;
  readonly timeoutMs?: number;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Talks to a running gateway with the headers that its CSRF gate and token check want. */
export interface GatewayClient {
  readonly base: string;
  /** Throws `gateway_unreachable` when nothing answers, and `token_wrong` for 401; any other status is an answer. */
  call(method: 'GET' | 'POST' | 'DELETE' | 'PATCH', path: string, body?: unknown): Promise<GatewayAnswer>;
}

/** 10 s: the bound that DefenseClaw's own `policy reload` uses. */
const DEFAULT_TIMEOUT_MS = 10_000;

/** An address that a client can connect to: a wildcard bind answers on loopback, IPv6 needs brackets in a URL. */
function connectHost(bind: string): string {
  if (bind === '' || bind === '0.0.0.0') return '127.0.0.1';
  if (bind === '::') return '[::1]';
  return bind.includes(':') ? `[${bind}]` : bind;
}

export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { bind, port, token, trust, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const socketPath = localSocketOf(bind);
  const base = socketPath === undefined ? `${trust === undefined ? 'http' : 'https'}://${connectHost(bind)}:${port}` : bind;
  const target = socketPath === undefined ? { host: bareHost(connectHost(bind)), port, ...trust } : { socketPath };
  const request = trust === undefined ? requestHttp : requestHttps;
  return {
    base,
    async call(method, path, body) {
      const content = method === 'GET' ? undefined : JSON.stringify(body ?? {});
      const headers = {
        Host: socketPath === undefined ? `${connectHost(bind)}:${port}` : 'localhost',
        'Content-Type': 'application/json',
        'X-DefenseClaw-Client': 'cli',
        // Node frames the body of a DELETE by nothing unless it is told its length: the gateway would take it for the next request.
        ...(content === undefined ? {} : { 'Content-Length': Buffer.byteLength(content) }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}`, 'X-DefenseClaw-Token': token }),
      };
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = request({ ...target, agent: false, method, path, headers, signal });
      try {
        const { status, text } = await exchange(sent, content);
        if (status === 401) throw new GatewayError('token_wrong', `the gateway at ${base} refused the token`);
        return { status, body: parseBody(text) };
      } catch (cause) {
        if (cause instanceof GatewayError) throw cause;
        if (signal.aborted)
          throw new GatewayError('gateway_unreachable', `no answer from ${base}${path} within ${timeoutMs / 1000} s`, { cause });
        throw new GatewayError('gateway_unreachable', `cannot reach sidecar at ${base}${path} - is it running?${reasonOf(cause)}`, {
          cause,
        });
      }
    },
  };
}

/** An IPv6 address has brackets in a URL and none elsewhere. */
function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** What is not said by "is it running?". */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error) || ('code' in cause && (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT'))) return '';
  return ` (${cause.message})`;
}

function exchange(sent: ClientRequest, body: string | undefined): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    sent.end(body);
  });
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Middleware answers in plain text; the text itself is the message.
    return text.trim();
  }
}
