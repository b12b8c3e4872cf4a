import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { RegoObject } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { call } from '../../helpers/builtin-calls.js';

const CONFIG = { aws_service: 's3', aws_region: 'us-east-1', aws_access_key: 'id', aws_secret_access_key: 'key' };
const REQUEST = { method: 'get', url: 'https://example.com/a%20b?x=1' };

/** 2020-09-13T12:26:40Z. */
const TIME = 1_600_000_000_000_000_000n;

function headers(request: Record<string, RegoValue>, config: Record<string, RegoValue> = {}): RegoObject {
  const signed = call(
    'providers.aws.sign_req',
    RegoObject.from({ ...REQUEST, ...request }),
    RegoObject.from({ ...CONFIG, ...config }),
    TIME,
  );
  return (signed as RegoObject).get('headers') as RegoObject;
}

describe('providers.aws.sign_req', () => {
  it('adds the headers of the signature and keeps the rest', () => {
    const answer = headers({ headers: RegoObject.from({ 'X-Mine': '1' }) });
    expect(answer.entries.map(([name]) => name)).toEqual(['Authorization', 'X-Mine', 'host', 'x-amz-content-sha256', 'x-amz-date']);
    expect(answer.get('x-amz-date')).toBe('20200913T122640Z');
    expect(answer.get('host')).toBe('example.com');
    expect(answer.get('Authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=id\/20200913\/us-east-1\/s3\/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-mine,Signature=[0-9a-f]{64}$/,
    );
  });

  it('leaves headers that proxies change out of the signature', () => {
    const plain = headers({}).get('Authorization');
    expect(headers({ headers: RegoObject.from({ 'User-Agent': 'x', 'X-Amzn-Trace-Id': 'y' }) }).get('Authorization')).toBe(plain);
    expect(headers({ body: 'x' }).get('Authorization')).not.toBe(plain);
  });

  it('signs no payload when told so, and carries a session token', () => {
    const answer = headers({}, { disable_payload_signing: true, aws_session_token: 'token' });
    expect(answer.get('x-amz-content-sha256')).toBe('UNSIGNED-PAYLOAD');
    expect(answer.get('x-amz-security-token')).toBe('token');
  });

  it.each<[string, Record<string, RegoValue>, Record<string, RegoValue>]>([
    ['an unknown parameter', { what: 1 }, {}],
    ['a method that is no string', { method: 1 }, {}],
    ['a broken URL', { url: 'https://a b/' }, {}],
    ['headers that are no object', { headers: 'x' }, {}],
    ['a service that is no string', {}, { aws_service: 1 }],
    ['a switch that is no boolean', {}, { disable_payload_signing: 'yes' }],
  ])('refuses %s', (_, request, config) => {
    expect(() => headers(request, config)).toThrow(BuiltinError);
  });
});
