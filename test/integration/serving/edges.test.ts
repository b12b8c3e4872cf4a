import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { head, writeThenRead } from '../../helpers/raw-client.js';

const LONG = Buffer.alloc(20 << 20, ' ');
const DATA = '/v1/data/defenseclaw/firewall';
const DOMAIN = '/policy/evaluate/firewall';

/** 20 MiB in chunks of 64 KiB. */
function inChunks(): Buffer[] {
  const piece = Buffer.concat([Buffer.from('10000\r\n'), LONG.subarray(0, 0x10000), Buffer.from('\r\n')]);
  return [...Array.from({ length: LONG.length / 0x10000 }, () => piece), Buffer.from('0\r\n\r\n')];
}

const SIZED = { 'Content-Length': String(LONG.length) };
const CHUNKED = { 'Transfer-Encoding': 'chunked' };
const NO_TOKEN = { Authorization: undefined };

/** One decision takes the short-cut of a serving process; asked again over a new connection its head is known on the wire. */
const decision = (headers = {}): string => {
  const body = '{"destination":"github.com","port":443}';
  return head('POST', DOMAIN, { 'Content-Length': String(body.length), ...headers }) + body;
};

describe.each([0, 1])('with %d serving processes', (processes) => {
  const start = async (settings = {}): Promise<string> =>
    (await startTestGateway(await shippedPolicies(), { 'http.processes': processes, 'gateway.watcher.enabled': false, ...settings })).url;

  it('every sender of a body that is too long reads why', async () => {
    const url = await start();
    const cases: [route: string, headers: Record<string, string | undefined>, status: number, text: string][] = [
      [DATA, SIZED, 400, 'request body too large: the request body exceeds 1048576 bytes (http.max_body)'],
      [DATA, CHUNKED, 400, 'request body too large: the request body exceeds 1048576 bytes (http.max_body)'],
      [DOMAIN, SIZED, 400, '"detail":"the request body exceeds 1048576 bytes (http.max_body)","limit":1048576'],
      [DOMAIN, CHUNKED, 400, '"detail":"the request body exceeds 1048576 bytes (http.max_body)","limit":1048576'],
      [DOMAIN, { ...SIZED, ...NO_TOKEN }, 401, 'unauthorized'],
      [DOMAIN, { ...CHUNKED, ...NO_TOKEN }, 401, 'unauthorized'],
      ['/nowhere', SIZED, 404, '404 page not found'],
    ];
    for (const [route, headers, status, text] of cases) {
      const body = headers['Content-Length'] === undefined ? inChunks() : [LONG];
      const answer = await writeThenRead(url, [head('POST', route, headers), ...body]);
      expect(answer, `${route} ${JSON.stringify(headers)}`).toContain(`HTTP/1.1 ${status} `);
      expect(answer).toContain(text);
    }
  });

  it('the limit holds wherever a decision is made', async () => {
    const url = await start({ 'http.max_body': '2KiB' });
    expect(await writeThenRead(url, [decision()])).toContain('"action":"allow"');
    const body = JSON.stringify({ destination: 'github.com', port: 443, protocol: 'x'.repeat(3000) });
    for (let again = 0; again < 3; again++) {
      const answer = await writeThenRead(url, [head('POST', DOMAIN, { 'Content-Length': String(body.length) }) + body]);
      expect(answer, `time ${again}`).toContain('exceeds 2048 bytes (http.max_body)');
    }
  });

  it('two hosts are refused wherever a decision is made', async () => {
    const url = await start();
    for (let again = 0; again < 3; again++) {
      expect(await writeThenRead(url, [decision()]), `time ${again}`).toContain('HTTP/1.1 200 OK');
      for (const Host of [
        ['localhost', 'localhost'],
        ['localhost', 'evil.example'],
      ]) {
        const answer = await writeThenRead(url, [decision({ Host })]);
        expect(answer, `time ${again}`).toContain('HTTP/1.1 400 Bad Request');
        expect(answer).toContain('more than one Host header');
      }
    }
  });

  it('a refused token is told from a missing one, and the scheme is named', async () => {
    const url = await start();
    for (const [Authorization, code] of [
      [undefined, 'token_missing'],
      ['Bearer nope', 'token_wrong'],
    ] as const) {
      const answer = await writeThenRead(url, [decision({ Authorization })]);
      expect(answer).toContain('HTTP/1.1 401 Unauthorized');
      expect(answer).toContain(`X-DefenseClaw-Error: ${code}\r\n`);
      expect(answer).toContain('WWW-Authenticate: Bearer\r\n');
    }
  });

  it('HEAD is answered as GET is, without the body', async () => {
    const url = await start();
    for (const route of ['/health', '/health?bundles', '/status', '/metrics', '/enforce/blocked', `${DATA}?input=%7B%7D`, '/v1/policies']) {
      const open = route.startsWith('/health') ? NO_TOKEN : {};
      const [got, bare] = [await writeThenRead(url, [head('GET', route, open)]), await writeThenRead(url, [head('HEAD', route, open)])];
      expect(bare.slice(0, 15), route).toBe('HTTP/1.1 200 OK');
      expect(bare.endsWith('\r\n\r\n'), route).toBe(true);
      const names = (answer: string): string[] =>
        [
          ...answer
            .split('\r\n\r\n', 1)
            .join('')
            .matchAll(/^([\w-]+): /gmu),
        ].map(([, name = '']) => name);
      expect(names(bare), route).toEqual(names(got));
    }
    expect(await writeThenRead(url, [head('HEAD', '/policy/reload')])).toContain('HTTP/1.1 405 ');
  });
});
