import { GatewayError } from '../errors.js';

export interface GatewayClientOptions {
  /** Host as configured; an IPv6 address without brackets. */
  readonly bind: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly timeoutMs?: number;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
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

export function createGatewayClient({ bind, port, token, timeoutMs = DEFAULT_TIMEOUT_MS }: GatewayClientOptions): GatewayClient {
  const base = `http://${connectHost(bind)}:${port}`;
  return {
    base,
    async call(method, path, body) {
      const url = `${base}${path}`;
      const response = await send(url, method, token, body, timeoutMs);
      const text = await response.text();
      if (response.status === 401) throw new GatewayError('token_wrong', `the gateway at ${base} refused the token`);
      return { status: response.status, body: parseBody(text), headers: response.headers };
    },
  };
}

async function send(url: string, method: string, token: string | undefined, body: unknown, timeoutMs: number): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: {
        'Content-Type': 'application/json',
        'X-DefenseClaw-Client': 'cli',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}`, 'X-DefenseClaw-Token': token }),
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      throw new GatewayError('gateway_unreachable', `no answer from ${url} within ${timeoutMs / 1000} s`, { cause });
    }
    throw new GatewayError('gateway_unreachable', `cannot reach sidecar at ${url} - is it running?`, { cause });
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Middleware answers in plain text; the text itself is the message.
    return text.trim();
  }
}
