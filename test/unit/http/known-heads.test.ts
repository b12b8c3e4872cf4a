import { describe, expect, it } from 'vitest';
import { KnownHeads } from '../../../src/http/quick/known-heads.js';
import type { KnownHead } from '../../../src/http/quick/known-heads.js';
import { plainHeaders } from '../../../src/http/quick/plain-headers.js';

const RAW = ['Host', 'localhost', 'Authorization', 'Bearer secret', 'Content-Length', '2'];
const HEAD = 'POST /v1/data/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\nContent-Length: 2\r\n\r\n';
const KNOWN: KnownHead = {
  path: '/v1/data/a',
  headers: plainHeaders(RAW) ?? expect.fail('plain headers are plain'),
  stop: { route: '/v1/data', handle: () => ({ status: 200, headers: {}, body: '' }) },
};

function learned(rawHeaders: readonly string[] = RAW, httpVersion = '1.1'): KnownHeads | undefined {
  const heads = new KnownHeads();
  return heads.learn({ rawHeaders: [...rawHeaders], httpVersion }, KNOWN) ? heads : undefined;
}

describe('known heads', () => {
  it('are recognised by their bytes, whatever length they name', () => {
    const heads = learned();
    expect(heads?.recognise(Buffer.from(`${HEAD}{}`))).toMatchObject({ head: KNOWN, body: Buffer.from('{}') });
    const longer = `${HEAD.replace('Length: 2', 'Length: 14')}{"input":null}`;
    expect(heads?.recognise(Buffer.from(longer))?.body.toString()).toBe('{"input":null}');
  });

  const strangers: readonly (readonly [string, string])[] = [
    ['half a head', HEAD.slice(0, -3)],
    ['no body yet', HEAD],
    ['half a body', `${HEAD}{`],
    ['more than one body', `${HEAD}{}{`],
    ['two requests', `${HEAD}{}${HEAD}{}`],
    ['another token', `${HEAD.replace('secret', 'secreT')}{}`],
    ['another path', `${HEAD.replace('/a', '/b')}{}`],
    ['another method', `${HEAD.replace('POST', 'PUT')}{}`],
    ['another case of a name', `${HEAD.replace('Host', 'host')}{}`],
    ['one header more', `${HEAD.replace('Host:', 'Expect: 100-continue\r\nHost:')}{}`],
    ['one header less', `${HEAD.replace('Host: localhost\r\n', '')}{}`],
    ['a second length', `${HEAD.replace('Host:', 'Content-Length: 2\r\nHost:')}{}`],
    ['a length with a sign', `${HEAD.replace('Length: 2', 'Length: +2')}{}`],
    ['a length with a zero in front', `${HEAD.replace('Length: 2', 'Length: 02')}{}`],
    ['no length', `${HEAD.replace('Content-Length: 2\r\n', '')}{}`],
    ['line feeds alone', `${HEAD.replaceAll('\r\n', '\n')}{}`],
    ['a space more', `${HEAD.replace('Host: ', 'Host:  ')}{}`],
    ['an older protocol', `${HEAD.replace('HTTP/1.1', 'HTTP/1.0')}{}`],
  ];
  it.each(strangers)('are not mistaken: %s', (_name, bytes) => {
    expect(learned()?.recognise(Buffer.from(bytes))).toBeUndefined();
  });

  const unusual: readonly { readonly what: string; readonly raw: readonly string[]; readonly version?: string }[] = [
    { what: 'of an older protocol', raw: RAW, version: '1.0' },
    { what: 'that close the connection', raw: ['Connection', 'close', ...RAW] },
    { what: 'that ask for another protocol', raw: ['Connection', 'Upgrade', 'Upgrade', 'h2c', ...RAW] },
    { what: 'without a length', raw: RAW.slice(0, 4) },
    { what: 'of an empty body', raw: [...RAW.slice(0, 4), 'Content-Length', '0'] },
    { what: 'too long to keep', raw: ['X-Padding', 'x'.repeat(5000), ...RAW] },
  ];
  it.each(unusual)('are not those $what', ({ raw, version }) => {
    expect(learned(raw, version)).toBeUndefined();
  });

  it('may say that the connection is kept', () => {
    const heads = learned(['Connection', 'keep-alive', ...RAW]);
    const bytes = Buffer.from(`${HEAD.replace('Host:', 'Connection: keep-alive\r\nHost:')}{}`);
    expect(heads?.recognise(bytes)).toBeDefined();
    expect(learned()?.recognise(bytes)).toBeUndefined();
  });

  it('are forgotten when there are too many', () => {
    const heads = new KnownHeads();
    for (let index = 0; index < 2000; index++) {
      heads.learn({ rawHeaders: ['X-Number', String(index), ...RAW], httpVersion: '1.1' }, KNOWN);
    }
    const first = HEAD.replace('Host:', 'X-Number: 0\r\nHost:');
    const last = HEAD.replace('Host:', 'X-Number: 1999\r\nHost:');
    expect(heads.recognise(Buffer.from(`${first}{}`))).toBeUndefined();
    expect(heads.recognise(Buffer.from(`${last}{}`))).toBeDefined();
  });
});
