import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { RegoObject } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { call, NOW_NS } from '../../helpers/builtin-calls.js';
import {
  alternativeNames,
  authority,
  der,
  dnsNames,
  extendedKeyUsage,
  extension,
  keyUsage,
  makeCertificate,
  makeRequest,
  pem,
  permittedDns,
} from '../../helpers/certificates.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;

const root = { subject: 'Root', key: rsa };
const middle = { subject: 'Middle', key: ec };
const ROOT = makeCertificate({ ...root, extensions: [authority(), keyUsage(0x04)] });
const MIDDLE = makeCertificate({ ...middle, issuer: root, extensions: [authority(0)] });
const LEAF = makeCertificate({ subject: 'Leaf', key: ed, issuer: middle, extensions: [dnsNames('www.example.com', '*.example.org')] });

const chain = (...certificates: readonly Buffer[]): string => certificates.map((bytes) => pem('CERTIFICATE', bytes)).join('');

function verify(text: string, options: Record<string, RegoValue> = {}): RegoValue | undefined {
  const [valid] = call('crypto.x509.parse_and_verify_certificates_with_options', text, RegoObject.from(options)) as readonly RegoValue[];
  return valid;
}

function first(value: RegoValue | undefined): RegoObject {
  const [one] = value as readonly RegoObject[];
  if (one === undefined) throw new Error('Expected a certificate');
  return one;
}

describe('crypto.x509.parse_certificates', () => {
  it('reads PEM, base64 of PEM and base64 of DER alike', () => {
    const forms = [chain(LEAF), Buffer.from(chain(LEAF)).toString('base64'), LEAF.toString('base64')];
    const answers = forms.map((text) => call('crypto.x509.parse_certificates', text));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('prints what a certificate says', () => {
    const names = alternativeNames(
      der(0x82, Buffer.from('a.example.com')),
      der(0x81, Buffer.from('me@example.com')),
      der(0x86, Buffer.from('spiffe://example.com/a%20b?x#y')),
      der(0x87, Buffer.from([10, 0, 0, 1])),
    );
    const certificate = makeCertificate({
      subject: 'Names',
      key: ed,
      issuer: root,
      serialNumber: 42,
      extensions: [names, extendedKeyUsage(1, 2)],
    });
    const parsed = first(call('crypto.x509.parse_certificates', chain(certificate)));
    const fields = [
      'DNSNames',
      'EmailAddresses',
      'IPAddresses',
      'URIStrings',
      'SerialNumber',
      'ExtKeyUsage',
      'Version',
      'NotBefore',
      'IsCA',
    ];
    expect(fields.map((name) => parsed.get(name))).toEqual([
      ['a.example.com'],
      ['me@example.com'],
      ['10.0.0.1'],
      ['spiffe://example.com/a%20b?x#y'],
      42,
      [1, 2],
      3,
      '2024-01-01T00:00:00Z',
      false,
    ]);
    expect((parsed.get('Issuer') as RegoObject).get('CommonName')).toBe('Root');
  });

  it.each([
    ['nothing', 'x'],
    ['another kind of PEM block', pem('PUBLIC KEY', LEAF)],
    ['a cut certificate', LEAF.subarray(0, -1).toString('base64')],
    ['bytes after the certificate', Buffer.concat([LEAF, Buffer.from([0])]).toString('base64')],
    ['a length that is not the shortest', Buffer.concat([Buffer.from([0x30, 0x83, 0, 1, 0]), LEAF]).toString('base64')],
    ['an extension twice', chain(makeCertificate({ ...root, extensions: [authority(), authority()] }))],
    ['an extension that is malformed', chain(makeCertificate({ ...root, extensions: [extension('551d13', Buffer.from([1]))] }))],
  ])('refuses %s', (_, text) => {
    expect(() => call('crypto.x509.parse_certificates', text)).toThrow(BuiltinError);
  });
});

describe('crypto.x509.parse_and_verify_certificates', () => {
  it('gives the chain from the leaf to the root', () => {
    const [valid, certificates] = call('crypto.x509.parse_and_verify_certificates', chain(ROOT, MIDDLE, LEAF)) as readonly RegoValue[];
    const subjects = (certificates as readonly RegoObject[]).map((one) => (one.get('Subject') as RegoObject).get('CommonName'));
    expect([valid, subjects]).toEqual([true, ['Leaf', 'Middle', 'Root']]);
  });

  it.each<[string, string, Record<string, RegoValue>, boolean]>([
    ['a whole chain', chain(ROOT, MIDDLE, LEAF), {}, true],
    ['a gap in the chain', chain(ROOT, LEAF), {}, false],
    ['one certificate', chain(ROOT), {}, false],
    ['the name of the leaf', chain(ROOT, MIDDLE, LEAF), { DNSName: 'WWW.example.com' }, true],
    ['a name that the wildcard covers', chain(ROOT, MIDDLE, LEAF), { DNSName: 'x.example.org' }, true],
    ['a name two labels deep', chain(ROOT, MIDDLE, LEAF), { DNSName: 'x.y.example.org' }, false],
    ['a foreign name', chain(ROOT, MIDDLE, LEAF), { DNSName: 'example.com' }, false],
    ['a time before', chain(ROOT, MIDDLE, LEAF), { CurrentTime: 1 }, false],
    ['a time within', chain(ROOT, MIDDLE, LEAF), { CurrentTime: NOW_NS }, true],
    ['a time after', chain(ROOT, MIDDLE, LEAF), { CurrentTime: 4_000_000_000_000_000_000n }, false],
    [
      'a leaf for another use',
      chain(ROOT, makeCertificate({ subject: 'C', key: ed, issuer: root, extensions: [extendedKeyUsage(2)] })),
      {},
      false,
    ],
    [
      'a leaf for the use asked for',
      chain(ROOT, makeCertificate({ subject: 'C', key: ed, issuer: root, extensions: [extendedKeyUsage(2)] })),
      { KeyUsages: ['KeyUsageClientAuth'] },
      true,
    ],
    [
      'a path that is too long',
      chain(
        ROOT,
        MIDDLE,
        makeCertificate({ subject: 'M2', key: ed, issuer: middle, extensions: [authority()] }),
        makeCertificate({ subject: 'L', key: rsa, issuer: { subject: 'M2', key: ed } }),
      ),
      {},
      false,
    ],
    [
      'an issuer that is no authority',
      chain(ROOT, makeCertificate({ ...middle, issuer: root, extensions: [dnsNames('a')] }), LEAF),
      {},
      false,
    ],
    [
      'an issuer that may not sign',
      chain(ROOT, makeCertificate({ ...middle, issuer: root, extensions: [authority(), keyUsage(0x80)] }), LEAF),
      {},
      false,
    ],
    [
      'names that are permitted',
      chain(ROOT, makeCertificate({ ...middle, issuer: root, extensions: [authority(), permittedDns('example.org')] }), LEAF),
      {},
      false,
    ],
    [
      'a signature by another key',
      chain(ROOT, makeCertificate({ ...middle, issuer: { subject: 'Root', key: ed }, extensions: [authority()] }), LEAF),
      {},
      false,
    ],
    [
      'a critical extension that nobody knows',
      chain(ROOT, makeCertificate({ subject: 'X', key: ed, issuer: root, extensions: [extension('2a0304', Buffer.from([5, 0]), true)] })),
      {},
      false,
    ],
  ])('%s', (_, text, options, valid) => {
    expect(verify(text, options)).toBe(valid);
  });

  it.each<Record<string, RegoValue>>([{ DNSName: 1 }, { CurrentTime: 'x' }, { KeyUsages: ['x'] }, { KeyUsages: 'x' }, { What: 1 }])(
    'refuses the options %j',
    (options) => {
      expect(() => verify(chain(ROOT, LEAF), options)).toThrow(BuiltinError);
    },
  );
});

describe('keys and requests', () => {
  it('a key pair belongs together', () => {
    const key = ec.export({ format: 'pem', type: 'pkcs8' }).toString();
    expect(call('crypto.x509.parse_keypair', chain(MIDDLE), key)).toBeInstanceOf(RegoObject);
    for (const other of [rsa, ed]) {
      const text = other.export({ format: 'pem', type: 'pkcs8' }).toString();
      expect(() => call('crypto.x509.parse_keypair', chain(MIDDLE), text)).toThrow('does not match');
      // A failed comparison must not spoil the next import.
      expect(call('crypto.x509.parse_keypair', chain(MIDDLE), key)).toBeInstanceOf(RegoObject);
    }
  });

  it.each([
    ['rsa', rsa, ['d', 'dp', 'dq', 'e', 'kty', 'n', 'p', 'q', 'qi']],
    ['ec', ec, ['crv', 'd', 'kty', 'x', 'y']],
    ['ed25519', ed, ['crv', 'd', 'kty', 'x']],
  ] as const)('an %s key becomes a JWK', (_, key, fields) => {
    const answer = call('crypto.x509.parse_rsa_private_key', key.export({ format: 'pem', type: 'pkcs8' }).toString()) as RegoObject;
    expect(answer.entries.map(([name]) => name)).toEqual(fields);
  });

  it('parse_private_keys skips what is no private key', () => {
    const text =
      chain(ROOT) + rsa.export({ format: 'pem', type: 'pkcs1' }).toString() + ec.export({ format: 'pem', type: 'sec1' }).toString();
    expect(call('crypto.parse_private_keys', text)).toHaveLength(2);
    expect(call('crypto.parse_private_keys', 'nothing')).toEqual([]);
    expect(call('crypto.parse_private_keys', '')).toBeNull();
  });

  it('a request shows the names that it asks for', () => {
    const text = pem('CERTIFICATE REQUEST', makeRequest({ subject: 'Ask', key: ec, extensions: [dnsNames('ask.example.com')] }));
    expect((call('crypto.x509.parse_certificate_request', text) as RegoObject).get('DNSNames')).toEqual(['ask.example.com']);
    expect(() => call('crypto.x509.parse_certificate_request', chain(ROOT))).toThrow(BuiltinError);
  });
});
