import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeBase64Url } from '../../../src/builtins/base64.js';
import { nextPemBlock, pemBlocks } from '../../../src/builtins/pem.js';
import { pem } from '../../helpers/certificates.js';

const BYTES = Buffer.from('some bytes, more than one line of sixty-four characters in base64');

describe('PEM', () => {
  it('reads block after block and passes over what lies between', () => {
    const text = `words\n${pem('A', BYTES)}more\n${pem('B C', Buffer.alloc(0))}`;
    expect(pemBlocks(text).map(({ type, bytes }) => [type, bytes.equals(BYTES)])).toEqual([
      ['A', true],
      ['B C', false],
    ]);
  });

  it('takes headers, blanks and carriage returns', () => {
    const text = pem('A', BYTES).replace('A-----\n', 'A----- \nProc-Type: 4\n\n').replaceAll('\n', '\r\n');
    expect(nextPemBlock(text)?.bytes.equals(BYTES)).toBe(true);
  });

  it('finds the whole block behind a broken one', () => {
    expect(nextPemBlock(`-----BEGIN A-----\n!!!!\n-----END A-----\n${pem('B', BYTES)}`)?.type).toBe('B');
    expect(nextPemBlock(`-----BEGIN A-----\nAAAA\n${pem('B', BYTES)}`)?.type).toBe('B');
  });

  it.each([
    '',
    'x',
    '-----BEGIN A-----\nAAAA\n-----END B-----',
    '-----BEGIN A-----\nAAA\n-----END A-----',
    ' -----BEGIN A-----\nAAAA\n-----END A-----',
  ])('finds nothing in %j', (text) => {
    expect(nextPemBlock(text)).toBeUndefined();
  });
});

describe('base64', () => {
  it.each([
    ['aGk=', 'hi'],
    ['aG\nk=\r\n', 'hi'],
    ['', ''],
  ])('decodes %j', (text, expected) => {
    expect(decodeBase64(text).toString()).toBe(expected);
  });

  it.each(['aGk', 'a-_=', 'a', '=', 'aGk=aGk='])('refuses %j', (text) => {
    expect(() => decodeBase64(text)).toThrow('base64');
  });

  it('decodes base64url with and without padding', () => {
    expect(decodeBase64Url('_-8').toString('hex')).toBe('ffef');
    expect(decodeBase64Url('_-8=').toString('hex')).toBe('ffef');
    expect(() => decodeBase64Url('_')).toThrow('base64url');
    expect(() => decodeBase64Url('+/8=')).toThrow('base64url');
  });
});
