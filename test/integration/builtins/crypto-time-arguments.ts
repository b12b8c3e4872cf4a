import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { RegoDecimal, RegoObject } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { NOW_NS } from '../../helpers/builtin-calls.js';
import {
  authority,
  dnsNames,
  extendedKeyUsage,
  keyUsage,
  makeCertificate,
  makeRequest,
  pem,
  permittedDns,
} from '../../helpers/certificates.js';

/** Arguments of one call. */
export type Arguments = fc.Arbitrary<readonly RegoValue[]>;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const ec521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;
const PRIVATE_KEYS = [rsa, ec256, ec384, ec521, ed];

const word = fc.constantFrom('', 'a', 'secret', 'é', '日本', 'The quick brown fox', '\u0000');

// -- time

/** Zones whose history since 1970 is the same in every edition of the database. */
const zone = fc.constantFrom(
  '',
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Sydney',
  'Pacific/Apia',
  'Nowhere/At_All',
);
const instant = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 4_000_000_000n }).map((seconds) => seconds * 1_000_000_000n + 123_456_789n) },
  fc.constantFrom<RegoValue>(0, -1, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, 1.5, new RegoDecimal('1e18'), new RegoDecimal('1.0')),
);
const layout = fc.constantFrom(
  'RFC1123',
  'RFC3339',
  'ANSIC',
  'UnixDate',
  '2006-01-02T15:04:05.000Z07:00',
  'Jan _2 3:04PM 06',
  '__2 002 -07 -0700 Z070000 .999',
  'Monday January Mon Jan 1 2 3 4 5 pm',
  '',
);
const when: fc.Arbitrary<RegoValue> = fc.oneof(instant, fc.tuple(instant, zone), fc.tuple(instant, zone, layout));
const amount = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.constantFrom<RegoValue>(100_000, -100_000, 1.5, new RegoDecimal('5.0')));
const date = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), ...[13, 32, 25, 61, 61].map((max) => fc.integer({ min: 0, max })))
  .map((numbers) => numbers.map((number, index) => String(number).padStart(index === 0 ? 4 : 2, '0')))
  .chain(([year, month, day, hour, minute, second]) =>
    fc
      .constantFrom('Z', '.5Z', '+05:30', '.123456789123-08:00', '', 'z')
      .map((end) => `${year}-${month}-${day}T${hour}:${minute}:${second}${end}`),
  );
const duration = fc
  .array(
    fc.tuple(
      fc.constantFrom('1', '1.5', '.5', '300', '9223372036854775807', '0.1234567891'),
      fc.constantFrom('h', 'm', 's', 'ms', 'us', 'µs', 'ns', 'd', 'w', 'y', 'x', ''),
    ),
    {
      maxLength: 3,
    },
  )
  .map((parts) => parts.map((part) => part.join('')).join(''));
const parsable: Arguments = fc.constantFrom(
  ['2006-01-02', '2024-02-29'],
  ['2006-01-02', '2023-02-29'],
  ['RFC1123', 'Sat, 22 Nov 2025 12:32:25 UTC'],
  ['RFC822Z', '22 Nov 25 12:32 +0530'],
  ['Jan _2 2006 3:04:05 PM', 'feb  3 2024 12:00:00 AM'],
  ['2006 002 15', '2024 366 23'],
  ['06 1 2', '69 12 31'],
  ['2006 MST', '2024 CEST'],
  ['15:04:05', '23:59:59.25'],
  ['.000', '.12'],
  ['2006', '10000'],
);

// -- tokens

const SIGNERS: Readonly<Record<string, KeyObject>> = { RS256: rsa, RS512: rsa, ES256: ec256, ES384: ec384, ES512: ec521, EdDSA: ed };
const ALGORITHMS = [...Object.keys(SIGNERS), 'HS256', 'HS512', 'none'];

function token(alg: string, header: object, payload: string): string {
  const parts = [JSON.stringify({ alg, ...header }), payload].map((part) => Buffer.from(part).toString('base64url'));
  const text = Buffer.from(parts.join('.'));
  const key = SIGNERS[alg];
  const hash = `sha${alg.slice(2)}`;
  const signature =
    key === undefined
      ? createHmac(hash === 'shane' ? 'sha256' : hash, 'secret')
          .update(text)
          .digest()
      : sign(alg === 'EdDSA' ? null : hash, text, { key, dsaEncoding: 'ieee-p1363' });
  return `${text.toString()}.${signature.toString('base64url')}`;
}

const NOW = Number(NOW_NS / 1_000_000_000n);
const header = fc.constantFrom(
  {},
  { kid: 'k1' },
  { kid: 'k9', typ: 'JWT' },
  { crit: ['exp'] },
  { crit: ['x'], x: 1 },
  { enc: 'x' },
  { typ: 1 },
);
const payload = fc.constantFrom(
  '{}',
  '{"a":1.0,"b":[12345678901234567890]}',
  `{"exp":${NOW + 1},"nbf":${NOW - 1}}`,
  `{"exp":${NOW}}`,
  `{"nbf":${NOW + 1}}`,
  '{"iss":"me","aud":"us"}',
  '{"aud":["us","them"]}',
  '{"exp":"soon"}',
  '[1]',
  'no json',
  '{"a":1,"a":2}',
);
const signedToken = fc.tuple(fc.constantFrom(...ALGORITHMS), header, payload).map(([alg, fields, text]) => token(alg, fields, text));
const anyToken = fc.oneof(
  { weight: 6, arbitrary: signedToken },
  signedToken.map((text) => text.slice(0, -2)),
  signedToken.map((text) => token('RS256', { cty: 'JWT' }, text)),
  fc.constantFrom('', 'a.b', 'a.b.c', '..', 'e30.e30.', 'e30.e30.!'),
);

function publicJwk(key: KeyObject, fields: object = {}): object {
  return { ...createPublicKey(key).export({ format: 'jwk' }), ...fields };
}

const rootEd = makeCertificate({ subject: 'root', key: ed, extensions: [authority()] });
const KEY_TEXTS = [
  ...PRIVATE_KEYS.map((key) => createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString()),
  ...PRIVATE_KEYS.map((key) => JSON.stringify(publicJwk(key))),
  JSON.stringify({ keys: PRIVATE_KEYS.map((key, index) => publicJwk(key, { kid: `k${index}` })) }),
  JSON.stringify({ keys: [publicJwk(rsa, { alg: 'RS512' }), publicJwk(ec256, { alg: 'RSA-OAEP' }), publicJwk(ed, { alg: 'EdDSA' })] }),
  JSON.stringify({ kty: 'oct', k: Buffer.from('secret').toString('base64url') }),
  JSON.stringify(ec384.export({ format: 'jwk' })),
  pem('CERTIFICATE', rootEd),
  pem('CERTIFICATE', rootEd) + pem('CERTIFICATE', rootEd),
  '{"keys":[]}',
  '{"kty":"RSA"}',
  '{"kty":"what"}',
  'no key',
];
const keyText = fc.constantFrom(...KEY_TEXTS);
const constraints = fc
  .record(
    {
      cert: keyText,
      secret: fc.constantFrom('secret', 'other'),
      alg: fc.constantFrom('RS256', 'HS256', ''),
      iss: fc.constantFrom('me', 'you'),
      aud: fc.constantFrom('us', 'them', 'nobody'),
      time: fc.constantFrom<RegoValue>(NOW_NS, 0, -1, new RegoDecimal('1.5e18'), 'now'),
    },
    { requiredKeys: [] },
  )
  .map((fields) => RegoObject.from(fields as Record<string, RegoValue>));

// Only deterministic signatures can be compared.
const signing = fc.tuple(
  fc.constantFrom('{"alg":"RS256"}', '{"alg":"HS384","typ":"JWT"}', '{"alg":"EdDSA","typ":"x"}', '{"alg":"none"}', '{"alg":1}', '{}', '{'),
  fc.constantFrom('{"b":1,"a":[]}', 'text', '', '{"a":1,"a":2}'),
  fc.constantFrom(
    JSON.stringify(rsa.export({ format: 'jwk' })),
    '{"kty":"oct","k":"c2VjcmV0"}',
    '{"kty":"oct","k":""}',
    '{"keys":[]}',
    '{',
  ),
);
const jwkValue = fc.constantFrom<RegoValue>(
  RegoObject.from({ kty: 'oct', k: 'c2VjcmV0' }),
  RegoObject.from(rsa.export({ format: 'jwk' }) as Record<string, string>),
  RegoObject.of([]),
);
const headerValue = fc.constantFrom<RegoValue>(
  RegoObject.from({ alg: 'HS256', typ: '<JWT>' }),
  RegoObject.from({ alg: 'RS256' }),
  RegoObject.from({ alg: 1 }),
);

// -- certificates

const root = { subject: 'Root', key: rsa };
const middle = { subject: 'Middle', key: ec256 };
const CERTIFICATES = [
  makeCertificate({ ...root, extensions: [authority(1)] }),
  makeCertificate({ ...middle, issuer: root, extensions: [authority(0), keyUsage(0x04), permittedDns('example.com')] }),
  makeCertificate({
    subject: 'Leaf',
    key: ed,
    issuer: middle,
    extensions: [dnsNames('www.example.com', '*.example.com'), extendedKeyUsage(1)],
  }),
  makeCertificate({ subject: 'Client', key: ec384, issuer: root, serialNumber: 77, extensions: [extendedKeyUsage(2)] }),
  makeCertificate({ subject: 'Old', key: ed, issuer: root, notAfter: '240201000000Z', extensions: [dnsNames('old.example.com')] }),
  makeCertificate({ subject: 'Stray', key: ed, issuer: middle, extensions: [dnsNames('www.other.org')] }),
  rootEd,
];
const pemChain = fc
  .array(fc.constantFrom(...CERTIFICATES), { minLength: 1, maxLength: 4 })
  .map((ders) => ders.map((bytes) => pem('CERTIFICATE', bytes)).join(''));
const chain = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...CERTIFICATES.slice(2))
      .map((leaf) => [...CERTIFICATES.slice(0, 2), leaf].map((bytes) => pem('CERTIFICATE', bytes)).join('')),
  },
  pemChain,
  fc.constantFrom(...CERTIFICATES).map((bytes) => bytes.toString('base64')),
  fc.constantFrom('', 'no certificate', pem('PUBLIC KEY', rootEd), pem('CERTIFICATE', rootEd.subarray(1))),
);
const verifyOptions = fc
  .record(
    {
      DNSName: fc.constantFrom('www.example.com', 'a.example.com', 'a.b.example.com', 'other.org'),
      KeyUsages: fc.constantFrom<RegoValue>(
        ['KeyUsageAny'],
        ['KeyUsageClientAuth'],
        ['KeyUsageServerAuth', 'KeyUsageClientAuth'],
        ['what'],
      ),
      CurrentTime: fc.constantFrom<RegoValue>(NOW_NS, 1, 1_705_000_000_000_000_000n),
    },
    { requiredKeys: ['CurrentTime'] },
  )
  .map((fields) => RegoObject.from(fields as Record<string, RegoValue>));
const request = fc.constantFrom(
  pem('CERTIFICATE REQUEST', makeRequest({ subject: 'a', key: rsa, extensions: [dnsNames('a.example.com'), keyUsage(0x80)] })),
  makeRequest({ subject: 'b', key: ed }).toString('base64'),
  pem('CERTIFICATE', rootEd),
  'no request',
);
const privateKeyText = fc.constantFrom(
  ...PRIVATE_KEYS.map((key) => key.export({ format: 'pem', type: 'pkcs8' }).toString()),
  rsa.export({ format: 'pem', type: 'pkcs1' }).toString(),
  ec256.export({ format: 'pem', type: 'sec1' }).toString(),
  Buffer.from(rsa.export({ format: 'pem', type: 'pkcs1' })).toString('base64'),
  pem('CERTIFICATE', rootEd),
  '',
  'no key',
);

// -- AWS

const awsRequest = fc
  .record(
    {
      method: fc.constantFrom<RegoValue>('get', 'POST', 1),
      url: fc.constantFrom<RegoValue>(
        'https://s3.example.com/a%20b/ü?x=1&y',
        'http://example.com:8080',
        'https://[::1]/',
        'http://a b/',
        1,
      ),
      headers: fc.constantFrom<RegoValue>(
        RegoObject.from({ 'X-B': '2', accept: 'a', Authorization: 'x', 'User-Agent': 'y' }),
        RegoObject.of([]),
        'x',
      ),
      body: fc.constantFrom<RegoValue>(RegoObject.from({ b: 1, a: ['<'] }), 'text', null),
      raw_body: fc.constantFrom<RegoValue>('raw', 1),
      other: fc.constant(true),
    },
    { requiredKeys: ['method', 'url'], noNullPrototype: true },
  )
  .map((fields) => RegoObject.from(fields as Record<string, RegoValue>));
const awsConfig = fc
  .record(
    {
      aws_service: fc.constantFrom<RegoValue>('s3', 'glacier', 'ec2', 1),
      aws_access_key: fc.constant('id'),
      aws_secret_access_key: fc.constant('key'),
      aws_region: fc.constant('here'),
      aws_session_token: fc.constantFrom<RegoValue>('token', 1),
      disable_payload_signing: fc.constantFrom<RegoValue>(true, false, 'x'),
    },
    { requiredKeys: ['aws_service', 'aws_access_key', 'aws_secret_access_key'] },
  )
  .map((fields) => RegoObject.from(fields as Record<string, RegoValue>));

// -- by name

const one = (first: fc.Arbitrary<RegoValue>): Arguments => fc.tuple(first);
const two = (first: fc.Arbitrary<RegoValue>, second: fc.Arbitrary<RegoValue>): Arguments => fc.tuple(first, second);

/** Arguments worth trying, valid and not, for each built-in but those of graphql. */
export const ARGUMENTS: Readonly<Record<string, Arguments>> = {
  'time.now_ns': fc.constant([]),
  'time.date': one(when),
  'time.clock': one(when),
  'time.weekday': one(when),
  'time.format': one(when),
  'time.diff': two(when, when),
  'time.add_date': fc.tuple(when, amount, amount, amount),
  'time.parse_ns': parsable,
  'time.parse_rfc3339_ns': one(date),
  'time.parse_duration_ns': one(duration),
  ...Object.fromEntries(['md5', 'sha1', 'sha256'].map((hash) => [`crypto.${hash}`, one(word)])),
  ...Object.fromEntries(['md5', 'sha1', 'sha256', 'sha512', 'equal'].map((hash) => [`crypto.hmac.${hash}`, two(word, word)])),
  'io.jwt.decode': one(anyToken),
  'io.jwt.decode_verify': two(anyToken, constraints),
  'io.jwt.encode_sign_raw': signing,
  'io.jwt.encode_sign': fc.tuple(headerValue, fc.constantFrom<RegoValue>(RegoObject.from({ a: '<&>', n: 1 }), RegoObject.of([])), jwkValue),
  ...Object.fromEntries(
    ['rs256', 'rs384', 'rs512', 'ps256', 'ps384', 'ps512', 'es256', 'es384', 'es512', 'eddsa'].map((alg) => [
      `io.jwt.verify_${alg}`,
      two(anyToken, keyText),
    ]),
  ),
  ...Object.fromEntries(
    ['hs256', 'hs384', 'hs512'].map((alg) => [`io.jwt.verify_${alg}`, two(anyToken, fc.constantFrom('secret', 'other'))]),
  ),
  'crypto.x509.parse_certificates': one(chain),
  'crypto.x509.parse_and_verify_certificates': one(chain),
  'crypto.x509.parse_and_verify_certificates_with_options': two(chain, verifyOptions),
  'crypto.x509.parse_certificate_request': one(request),
  'crypto.x509.parse_keypair': two(chain, privateKeyText),
  'crypto.x509.parse_rsa_private_key': one(privateKeyText),
  'crypto.parse_private_keys': one(privateKeyText),
  'providers.aws.sign_req': fc.tuple(awsRequest, awsConfig, instant),
};
