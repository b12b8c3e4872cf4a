import { describe, expect, it } from 'vitest';
import { checkCsrf } from '../../../src/http/door/csrf.js';
import { requestIdOf } from '../../../src/http/door/request-id.js';
import { createAuthenticator } from '../../../src/http/door/token.js';
import { splitTarget } from '../../../src/http/target.js';

describe('the token', () => {
  const authenticate = createAuthenticator('s3cret');
  it.each([
    [{ authorization: 'Bearer s3cret' }, { carrier: 'authorization' }],
    [{ 'x-defenseclaw-token': 's3cret' }, { carrier: 'x-defenseclaw-token' }],
    [{ 'x-dc-auth': 'Bearer s3cret' }, { carrier: 'x-dc-auth' }],
    [{ authorization: 'Basic s3cret', 'x-defenseclaw-token': 's3cret' }, { carrier: 'x-defenseclaw-token' }],
    [{ authorization: 'Bearer ', 'x-dc-auth': 'Bearer s3cret' }, { carrier: 'x-dc-auth' }],
    [{ authorization: 'Bearer wrong', 'x-defenseclaw-token': 's3cret' }, { failure: 'invalid_token' }],
    [{ 'x-defenseclaw-token': 'wrong', 'x-dc-auth': 'Bearer s3cret' }, { failure: 'invalid_token' }],
    [{ 'x-dc-auth': 's3cret' }, { failure: 'missing_token' }],
    [{ authorization: 'Bearer s3cret ' }, { failure: 'invalid_token' }],
    [{}, { failure: 'missing_token' }],
  ])('of %j', (headers, outcome) => expect(authenticate(headers)).toEqual(outcome));

  it.each([undefined, ''])('configured as %j lets nobody in', (token) => {
    expect(createAuthenticator(token)({ authorization: 'Bearer ' })).toEqual({ failure: 'no_token_configured' });
    expect(createAuthenticator(token)({ authorization: 'Bearer undefined' })).toEqual({ failure: 'no_token_configured' });
  });
});

describe('the cross-site check', () => {
  const good = { 'x-defenseclaw-client': 'cli', 'content-type': 'application/json' };
  it.each([
    ['POST', good, undefined],
    ['POST', { ...good, 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:8080' }, undefined],
    ['POST', { ...good, 'sec-fetch-site': 'none', origin: 'https://localhost' }, undefined],
    ['GET', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, undefined],
    ['HEAD', {}, undefined],
    ['OPTIONS', { 'x-defenseclaw-client': 'cli', origin: 'https://evil.example' }, undefined],
    ['OPTIONS', { ...good, 'sec-fetch-site': 'cross-site' }, 'sec_fetch_site_rejected'],
    ['OPTIONS', {}, 'csrf_mismatch_options'],
    ['POST', { ...good, 'x-defenseclaw-client': '' }, 'csrf_mismatch'],
    ['DELETE', { 'x-defenseclaw-client': 'cli' }, 'bad_content_type'],
    ['POST', { ...good, 'content-type': 'application/json-patch+json' }, 'bad_content_type'],
    ['POST', { ...good, 'content-type': ' Application/JSON ;charset=x' }, undefined],
    ['POST', { ...good, origin: 'http://127.0.0.1.evil.example' }, 'origin_blocked'],
    ['POST', { ...good, origin: 'not a url' }, 'origin_blocked'],
  ])('of %s %j', (method, headers, failure) => expect(checkCsrf(method, headers, false)).toBe(failure));

  it.each([
    [{}, undefined],
    [{ 'sec-fetch-site': 'cross-site' }, 'sec_fetch_site_rejected'],
    [{ origin: 'https://evil.example' }, 'origin_blocked'],
  ])('asks less of foreign clients: %j', (headers, failure) => expect(checkCsrf('POST', headers, true)).toBe(failure));
});

describe('the request id', () => {
  const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
  it('is cut before a character that would be torn', () => {
    const id = requestIdOf({ 'x-request-id': latin1(`${'a'.repeat(127)}é`) });
    expect(id).toBe('a'.repeat(127));
    expect(requestIdOf({ 'x-request-id': latin1(`${'a'.repeat(126)}é`) })).toBe(latin1(`${'a'.repeat(126)}é`));
  });
  it('holds no control bytes', () => expect(requestIdOf({ 'x-request-id': 'a\u0000b\u007f\tc' })).toBe('abc'));
  it('is made up when nothing is left of the given one', () => expect(requestIdOf({ 'x-request-id': ' \t' })).toMatch(/^[0-9a-f-]{36}$/));
});

describe('the target of a request', () => {
  it.each([
    ['/a/b?x=1&y', '/a/b', 'x=1&y'],
    ['/a%2Fb', '/a%2Fb', ''],
    ['//a?', '//a', ''],
    ['http://host:1/a?b', '/a', 'b'],
    ['http://host', 'http://host', ''],
    ['*', '*', ''],
    [undefined, '/', ''],
  ])('%s', (url, path, query) => expect(splitTarget(url)).toEqual({ path, query }));
});
