import { createHash, createHmac } from 'node:crypto';
import { compareStrings } from '../value/compare-strings.js';
import { formatJson } from '../value/format-json.js';
import type { Step } from '../value/step.js';
import { RegoObject, RegoSet } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import type { BuiltinGroup } from './builtin.js';
import { BuiltinError } from './builtin.js';
import { parseGoUrl } from './go-url.js';
import type { GoUrl } from './go-url.js';
import { int64, numberOperand } from './numeric.js';
import { objectOperand, typeName } from './operands.js';
import { REQUEST_PARAMETERS } from './request-parameters.js';
import { termText } from './term-text.js';
import { formatTime } from './time/layout.js';
import { zoned } from './time/zone.js';

/** Proxies change these on the way, so they are left out of the signature. */
const UNSIGNED_HEADERS = new Set(['authorization', 'user-agent', 'x-amzn-trace-id']);

/** Services that want the hash of the payload as a header. */
const HASHED_SERVICES = new Set(['s3', 'glacier']);

/** `providers.aws.sign_req`: the request with the headers of an AWS Signature Version 4. */
export const awsBuiltins: BuiltinGroup = {
  'providers.aws.sign_req': ({ step }, request = null, config = null, time = null) => {
    const object = objectOperand(request, 1);
    const settings = readConfig(objectOperand(config, 1));
    const when = int64(numberOperand(time, 1));
    if (when === undefined) return refuse(3, 'could not convert time_ns value into a unix timestamp');
    const headers = sign(readRequest(object, step), settings, when, step);
    return RegoObject.of([...object.entries, ['headers', RegoObject.of(headers)]]);
  },
};

interface AwsConfig {
  readonly service: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  readonly sessionToken: string;
  readonly signsPayload: boolean;
}

interface AwsRequest {
  readonly method: string;
  readonly url: GoUrl;
  readonly body: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** Throws topdown's type error for an operand (1-based). */
function refuse(position: number, message: string): never {
  throw new BuiltinError(`operand ${position} ${message}`, { kind: 'type' });
}

/** The texts under the names; throws naming all that are missing, or else all that are no strings. `names` are sorted. */
function requireTexts<Name extends string>(
  object: RegoObject,
  names: readonly Name[],
  position: number,
  what: string,
): Record<Name, string> {
  const missing = names.filter((name) => object.get(name) === undefined);
  if (missing.length > 0) refuse(position, `missing required ${what} parameters(s): ${termText(RegoSet.of(missing))}`);
  const invalid = names.filter((name) => typeof object.get(name) !== 'string');
  if (invalid.length > 0) refuse(position, `invalid values for required ${what} parameters(s): ${termText(RegoSet.of(invalid))}`);
  return Object.fromEntries(names.map((name) => [name, textOf(object.get(name))])) as Record<Name, string>;
}

function readConfig(config: RegoObject): AwsConfig {
  const texts = requireTexts(config, ['aws_access_key', 'aws_region', 'aws_secret_access_key', 'aws_service'], 2, 'AWS config');
  const disable = config.get('disable_payload_signing') ?? false;
  if (typeof disable !== 'boolean') return refuse(2, "invalid value for 'disable_payload_signing' in AWS config");
  return {
    service: texts.aws_service,
    accessKey: texts.aws_access_key,
    secretKey: texts.aws_secret_access_key,
    region: texts.aws_region,
    sessionToken: textOf(config.get('aws_session_token')),
    signsPayload: !disable,
  };
}

function readRequest(request: RegoObject, step: Step): AwsRequest {
  const unknown = request.entries.map(([name]) => name).filter((name) => !REQUEST_PARAMETERS.includes(name));
  if (unknown.length > 0) refuse(1, `invalid request parameters(s): ${termText(RegoSet.of(unknown))}`);
  const { method, url: address } = requireTexts(request, ['method', 'url'], 1, 'request');
  const headers = request.get('headers') ?? RegoObject.of([]);
  if (!(headers instanceof RegoObject)) throw new BuiltinError(`headers must be object but got ${typeName(headers)}`, { kind: 'type' });
  const url = parseGoUrl(address);
  if ('error' in url) throw new BuiltinError(`parse ${JSON.stringify(address)}: ${url.error}`);
  const rawBody = request.get('raw_body');
  const value = request.get('body');
  const body = rawBody === undefined ? (value === undefined ? '' : formatJson(value, step)) : textOf(rawBody);
  return { method, url, body, headers: new Map(headers.entries.map(([name, text]) => [textOf(name), textOf(text)])) };
}

/** The caller's headers, the signature's own, and `Authorization`. */
function sign(request: AwsRequest, config: AwsConfig, timeNs: bigint, step: Step): readonly (readonly [string, string])[] {
  const time = zoned(timeNs, 'UTC');
  const date = formatTime(time, '20060102', step);
  const timestamp = formatTime(time, '20060102T150405Z', step);
  const payloadHash = config.signsPayload ? sha256(request.body) : 'UNSIGNED-PAYLOAD';
  const own: (readonly [string, string])[] = [
    ['host', request.url.host],
    ['x-amz-date', timestamp],
    ...(HASHED_SERVICES.has(config.service) ? [['x-amz-content-sha256', payloadHash] as const] : []),
    ...(config.sessionToken === '' ? [] : [['x-amz-security-token', config.sessionToken] as const]),
  ];
  const callers = [...request.headers].map(([name, text]) => [name.toLowerCase(), text] as const);
  const signed = [...new Map([...own, ...callers.filter(([name]) => !UNSIGNED_HEADERS.has(name))])].sort(([a], [b]) =>
    compareStrings(a, b),
  );
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    request.url.escapedPath,
    request.url.rawQuery,
    ...signed.map(([name, text]) => `${name}:${text}`),
    '',
    names,
    payloadHash,
  ].join('\n');
  const scope = `${date}/${config.region}/${config.service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`;
  const key = [date, config.region, config.service, 'aws4_request'].reduce<Buffer>(mac, Buffer.from(`AWS4${config.secretKey}`));
  const signature = mac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${config.accessKey}/${scope},SignedHeaders=${names},Signature=${signature}`;
  return [...request.headers, ['Authorization', authorization], ...own];
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A string as it is; OPA takes anything else for the empty string. */
function textOf(value: RegoValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
