import { describe, expect, it } from 'vitest';
import { goUrlText, parseGoUrl } from '../../../src/builtins/go-url.js';
import type { GoUrl } from '../../../src/builtins/go-url.js';

describe('Go URLs', () => {
  it.each<[string, Partial<GoUrl>]>([
    [
      'https://me:pw@example.com:8080/a%20b/%2f?x=1#f%20',
      { scheme: 'https', host: 'example.com:8080', path: '/a b//', rawPath: '/a%20b/%2f', rawQuery: 'x=1', fragment: 'f ' },
    ],
    ['mailto:a@b', { scheme: 'mailto', opaque: 'a@b', path: '' }],
    ['HTTP://EXAMPLE.com', { scheme: 'http', host: 'EXAMPLE.com' }],
    ['//host/p', { scheme: '', host: 'host', path: '/p' }],
    ['file:///etc', { scheme: 'file', host: '', path: '/etc', omitHost: false }],
    ['file:/etc', { scheme: 'file', path: '/etc', omitHost: true }],
    ['/a?', { path: '/a', forceQuery: true, rawQuery: '' }],
    ['http://[fe80::1%25en0]:80/', { host: '[fe80::1%en0]:80' }],
    ['*', { path: '*' }],
    ['', { path: '' }],
  ])('%j', (text, parts) => {
    expect(parseGoUrl(text)).toMatchObject(parts);
  });

  it.each([
    ':a',
    'a:b:c/d'.slice(1),
    'http://a b',
    'http://a:x/',
    'http://[::1',
    'http://[1.2.3.4]/',
    '%zz',
    'http://a%20b/',
    'a\u0000',
    'http://a:1:2/',
    'http://u ser@h/',
  ])('refuses %j', (text) => {
    expect(parseGoUrl(text)).toHaveProperty('error');
  });

  it.each(['https://me:pw@example.com/a%20b?x#y', 'mailto:a@b', './a:b', '/a?', 'spiffe://example.com/x', '//h'])(
    'puts %j together again',
    (text) => {
      expect(goUrlText(parseGoUrl(text) as GoUrl)).toBe(text);
    },
  );

  it('escapes a path only where Go would', () => {
    expect(parseGoUrl('http://h/ü [1]')).toHaveProperty('escapedPath', '/%C3%BC%20%5B1%5D');
    expect(parseGoUrl('http://h/[1]')).toHaveProperty('escapedPath', '/[1]');
    expect(parseGoUrl('http://h/%ff ')).toHaveProperty('escapedPath', '/%FF%20');
  });
});
