import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { RegoObject } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { call, NOW_NS } from '../../helpers/builtin-calls.js';
import { makeCertificate, pem } from '../../helpers/certificates.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const weak = generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey;
const ec256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const ec521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;

const SECRET_JWK = JSON.stringify({ kty: 'oct', k: Buffer.from('secret').toString('base64url') });
const NOW = Number(NOW_NS / 1_000_000_000n);
const EMPTY = RegoObject.of([]);

const jwk = (key: KeyObject, fields: object = {}): string => JSON.stringify({ ...key.export({ format: 'jwk' }), ...fields });
const publicJwk = (key: KeyObject, fields: object = {}): string => jwk(createPublicKey(key), fields);
const publicPem = (key: KeyObject): string => createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();

function issue(header: object, payload: unknown, key: string): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return call('io.jwt.encode_sign_raw', JSON.stringify(header), text, key) as string;
}

const PAIRS: readonly (readonly [alg: string, key: KeyObject])[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, rsa] as const),
  ['ES256', ec256],
  ['ES384', ec384],
  ['ES512', ec521],
  ['EdDSA', ed],
];

describe('io.jwt', () => {
  it.each(PAIRS)('%s: what is signed verifies, with each form of the key', (alg, key) => {
    const token = issue({ alg, kid: 'k' }, { a: 1 }, jwk(key));
    const set = JSON.stringify({ keys: [JSON.parse(publicJwk(weak)), JSON.parse(publicJwk(key, { alg, kid: 'k' }))] });
    const certificate = pem('CERTIFICATE', makeCertificate({ subject: 'signer', key }));
    for (const text of [publicPem(key), publicJwk(key), set, certificate]) {
      expect(call(`io.jwt.verify_${alg.toLowerCase()}`, token, text)).toBe(true);
      const [valid] = call('io.jwt.decode_verify', token, RegoObject.from({ cert: text, alg })) as readonly RegoValue[];
      expect(valid).toBe(true);
    }
    const [head = '', body = '', signature = ''] = token.split('.');
    const other = Buffer.from('{"a":2}').toString('base64url');
    expect(call(`io.jwt.verify_${alg.toLowerCase()}`, `${head}.${other}.${signature}`, publicPem(key))).toBe(false);
    expect(call(`io.jwt.verify_${alg.toLowerCase()}`, `${head}.${body}.`, publicPem(key))).toBe(false);
  });

  it.each(['HS256', 'HS384', 'HS512'])('%s: what is signed verifies with the secret alone', (alg) => {
    const token = issue({ alg }, { a: 1 }, SECRET_JWK);
    expect(call(`io.jwt.verify_${alg.toLowerCase()}`, token, 'secret')).toBe(true);
    expect(call(`io.jwt.verify_${alg.toLowerCase()}`, token, 'other')).toBe(false);
  });

  it('a public key never serves as the secret of an HMAC', () => {
    for (const key of [rsa, ed]) {
      const secret = JSON.stringify({ kty: 'oct', k: Buffer.from(publicPem(key)).toString('base64url') });
      const forged = issue({ alg: 'HS256' }, {}, secret);
      expect(call('io.jwt.decode_verify', forged, RegoObject.from({ cert: publicPem(key) }))).toEqual([false, EMPTY, EMPTY]);
    }
  });

  it('a token without signature is never valid', () => {
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
    expect(call('io.jwt.decode_verify', none, RegoObject.from({ secret: 'secret' }))).toEqual([false, EMPTY, EMPTY]);
  });

  it('RSA keys below 1024 bits verify nothing', () => {
    expect(() => issue({ alg: 'RS256' }, {}, jwk(weak))).toThrow(BuiltinError);
  });

  it('decodes exactly: integers of any size, the last of repeated keys, tokens inside tokens', () => {
    const token = issue({ alg: 'HS256' }, '{"n":123456789012345678901234567890,"a":1,"a":2}', SECRET_JWK);
    const claims = RegoObject.from({ n: 123456789012345678901234567890n, a: 2 });
    expect((call('io.jwt.decode', token) as readonly RegoValue[])[1]).toEqual(claims);
    const outer = issue({ alg: 'HS256', cty: 'JWT', typ: 'x' }, `"${token}"`, SECRET_JWK);
    expect((call('io.jwt.decode', outer) as readonly RegoValue[])[1]).toEqual(claims);
  });

  it.each<[string, object, Record<string, RegoValue>, boolean]>([
    ['no constraint', {}, {}, true],
    ['before expiry', { exp: NOW + 1 }, {}, true],
    ['at expiry', { exp: NOW }, {}, false],
    ['at expiry, by the time given', { exp: NOW }, { time: NOW_NS - 1_000_000_000n }, true],
    ['from the first second on', { nbf: NOW }, {}, true],
    ['too early', { nbf: NOW + 1 }, {}, false],
    ['right issuer', { iss: 'me' }, { iss: 'me' }, true],
    ['wrong issuer', { iss: 'you' }, { iss: 'me' }, false],
    ['no issuer', {}, { iss: 'me' }, false],
    ['right audience', { aud: 'us' }, { aud: 'us' }, true],
    ['one of the audiences', { aud: ['them', 'us'] }, { aud: 'us' }, true],
    ['audience nobody asked for', { aud: 'us' }, {}, false],
    ['no audience', {}, { aud: 'us' }, false],
    ['wrong algorithm', {}, { alg: 'HS512' }, false],
  ])('decode_verify: %s', (_, claims, constraints, valid) => {
    const token = issue({ alg: 'HS256' }, claims, SECRET_JWK);
    const answer = call('io.jwt.decode_verify', token, RegoObject.from({ secret: 'secret', ...constraints })) as readonly RegoValue[];
    expect(answer[0]).toBe(valid);
  });

  it.each<[string, Record<string, RegoValue>]>([
    ['an unknown constraint', { secret: 's', what: 1 }],
    ['no key', { iss: 'me' }],
    ['two keys', { secret: 's', cert: publicPem(rsa) }],
    ['a negative time', { secret: 's', time: -1 }],
    ['a key that is none', { cert: 'x' }],
  ])('decode_verify refuses %s', (_, constraints) => {
    const token = issue({ alg: 'HS256' }, {}, SECRET_JWK);
    expect(() => call('io.jwt.decode_verify', token, RegoObject.from(constraints))).toThrow(BuiltinError);
  });

  it.each(['', 'a.b', 'a.b.c.d', '!.e30.', 'e30.!.', 'W10.e30.', `${Buffer.from('{"enc":"x"}').toString('base64url')}.e30.`])(
    'decode refuses %j',
    (token) => {
      expect(() => call('io.jwt.decode', token)).toThrow(BuiltinError);
    },
  );

  it.each([
    ['{"alg":"HS256"}', 'no json', SECRET_JWK],
    ['{"alg":"HS256"}', '{}', '{"keys":[]}'],
    ['{"alg":"RS256"}', '{}', SECRET_JWK],
    ['{"alg":"what"}', '{}', SECRET_JWK],
    ['{}', '{}', SECRET_JWK],
    ['{', '{}', SECRET_JWK],
  ])('encode_sign_raw refuses header %s, payload %s, key %s', (header, payload, key) => {
    expect(() => call('io.jwt.encode_sign_raw', header, payload, key)).toThrow(BuiltinError);
  });
});
