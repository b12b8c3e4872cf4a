import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { call } from '../../helpers/builtin-calls.js';

describe('crypto digests', () => {
  it.each([
    ['crypto.md5', ['']],
    ['crypto.sha1', ['abc']],
    ['crypto.sha256', ['日本']],
  ])('%s%j is the digest of the UTF-8', (name, args) => {
    const hash = name.replace('crypto.', '');
    expect(call(name, ...args)).toBe(
      createHash(hash)
        .update(args[0] ?? '', 'utf8')
        .digest('hex'),
    );
  });

  it('hmac.sha256 gives the value of RFC 4231, test case 2', () => {
    expect(call('crypto.hmac.sha256', 'what do ya want for nothing?', 'Jefe')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'aa', false],
  ])('hmac.equal of %j and %j is %s', (a, b, equal) => {
    expect(call('crypto.hmac.equal', a, b)).toBe(equal);
  });

  it('refuses what is no string', () => {
    expect(() => call('crypto.sha256', 1)).toThrow(BuiltinError);
    expect(() => call('crypto.hmac.md5', 'a', null)).toThrow(BuiltinError);
  });
});
