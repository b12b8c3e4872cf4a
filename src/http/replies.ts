import { goJson } from '../domains/go-json.js';
import type { Reply } from './exchange.js';

export const JSON_TYPE = 'application/json';

/** Names the code of the error table behind an answer, where the body has to keep its wire form. */
export const ERROR_CODE_HEADER = 'X-DefenseClaw-Error';

/** Names the revision that an answer comes from: its first 12 hex digits. */
export const REVISION_HEADER = 'X-Policy-Revision';

/** A JSON answer as the wire has it: compact, keys in the order given, one newline at the end. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body: `${goJson(value)}\n` };
}

/** A refusal in plain text, the form of everything that is answered before a handler runs. */
export function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', ...headers },
    body: `${text}\n`,
  };
}

/** `{"error": message}`, optionally with the code in its header. */
export function refused(status: number, message: string, code?: string): Reply {
  return json(status, { error: message }, code === undefined ? {} : { [ERROR_CODE_HEADER]: code });
}

/** Adds a header to a reply, in place: a reply belongs to the request that it answers, and copying costs a microsecond a time. */
export function withHeader(reply: Reply, name: string, value: string): Reply {
  reply.headers[name] = value;
  return reply;
}

/** The same value with object keys sorted at every level, as Go prints its maps. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
