import { formatJson } from '../../value/format-json.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { int64, isNumber } from '../numeric.js';
import { typeName } from '../operands.js';
import { REQUEST_PARAMETERS } from '../request-parameters.js';
import { termText } from '../term-text.js';
import { parseDuration } from '../time/duration.js';
import type { HttpRequest } from './protocol.js';

const DEFAULT_TIMEOUT_MS = 5000;

/** Also what a timeout of 0 stands for, which is no timeout in OPA. */
const MAX_TIMEOUT_MS = 30_000;

const MAX_BODY_BYTES = 8 * 1024 * 1024;

const NS_PER_MS = 1_000_000n;

const REQUIRED: readonly RegoValue[] = ['method', 'url'];

/** Of OPA's parameters; the others, of caches, retries, TLS, are not here. */
const SUPPORTED: readonly RegoValue[] = [
  ...REQUIRED,
  'body',
  'enable_redirect',
  'force_json_decode',
  'force_yaml_decode',
  'headers',
  'max_retry_attempts',
  'raise_error',
  'raw_body',
  'timeout',
];

/** Reads the operand of http.send. Throws BuiltinError for what OPA refuses, and for what is not supported here. */
export function readHttpRequest(request: RegoObject): HttpRequest {
  const names = request.entries.map(([name]) => name);
  const unknown = names.filter((name) => !REQUEST_PARAMETERS.includes(name));
  if (unknown.length > 0) refuse(`invalid request parameters(s): ${termText(RegoSet.of(unknown))}`);
  const missing = REQUIRED.filter((name) => request.get(name) === undefined);
  if (missing.length > 0) refuse(`missing required request parameters(s): ${termText(RegoSet.of(missing))}`);
  const unsupported = names.filter((name) => !SUPPORTED.includes(name));
  if (unsupported.length > 0) refuse(`unsupported request parameters(s): ${termText(RegoSet.of(unsupported))}`);
  const retries = request.get('max_retry_attempts') ?? 0;
  if (retries !== 0) throw new BuiltinError('max_retry_attempts must be 0: a decision does not wait for several attempts');
  return {
    type: 'http',
    method: text(request, 'method').toUpperCase(),
    url: checkedUrl(text(request, 'url')),
    headers: readHeaders(request.get('headers')),
    body: readBody(request),
    timeoutMs: readTimeout(request.get('timeout')),
    maxBytes: MAX_BODY_BYTES,
    followRedirects: flag(request, 'enable_redirect', false),
  };
}

/** A boolean parameter. */
export function flag(request: RegoObject, name: string, absent: boolean): boolean {
  const value = request.get(name) ?? absent;
  if (typeof value !== 'boolean') throw new BuiltinError(`invalid value for ${JSON.stringify(name)} field`);
  return value;
}

function refuse(message: string): never {
  throw new BuiltinError(`operand 1 ${message}`, { kind: 'type' });
}

function text(request: RegoObject, name: string): string {
  const value = request.get(name);
  if (typeof value !== 'string') throw new BuiltinError(`${JSON.stringify(name)} must be a string`);
  return value;
}

function checkedUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new BuiltinError(`"url" must be an absolute address of http or https`);
  // Not repeated in the message, which may be logged.
  if (url.username !== '' || url.password !== '') throw new BuiltinError(`"url" must not hold credentials: use the header Authorization`);
  return url.href;
}

function readHeaders(headers: RegoValue = RegoObject.of([])): Readonly<Record<string, string>> {
  if (!(headers instanceof RegoObject)) throw new BuiltinError('invalid type for headers key');
  return Object.fromEntries(
    headers.entries.map(([name, value]) => {
      if (typeof name !== 'string' || typeof value !== 'string')
        throw new BuiltinError(`invalid type for headers value ${termText(value)}`);
      return [name, value];
    }),
  );
}

/** `raw_body` as it is, or else `body` as JSON. */
function readBody(request: RegoObject): string | undefined {
  if (request.get('raw_body') !== undefined) return text(request, 'raw_body');
  const body = request.get('body');
  return body === undefined ? undefined : formatJson(body);
}

function readTimeout(timeout: RegoValue | undefined): number {
  if (timeout === undefined) return DEFAULT_TIMEOUT_MS;
  const ns = nanoseconds(timeout);
  if (ns < 0n) throw new BuiltinError(`invalid timeout value ${termText(timeout)}: must not be negative`);
  const ms = Number((ns + NS_PER_MS - 1n) / NS_PER_MS);
  return ms === 0 ? MAX_TIMEOUT_MS : Math.min(ms, MAX_TIMEOUT_MS);
}

function nanoseconds(timeout: RegoValue): bigint {
  if (typeof timeout === 'string') return /^[+-]?\d{1,18}$/.test(timeout) ? BigInt(timeout) : parseDuration(timeout);
  if (!isNumber(timeout)) return refuse(`'timeout' must be one of {string, number} but got ${typeName(timeout)}`);
  const ns = int64(timeout);
  if (ns === undefined) throw new BuiltinError(`invalid timeout number value ${termText(timeout)}, must be int64`);
  return ns;
}
