import { connect } from 'node:net';
import { TEST_TOKEN } from './gateway.js';

/** Head of a request with everything that the gates ask for; `lines` come on top, or instead of a header of the same name. */
export function head(method: string, route: string, lines: Readonly<Record<string, string | readonly string[] | undefined>> = {}): string {
  const headers: Record<string, string | readonly string[] | undefined> = {
    ...{ Host: 'localhost', Authorization: `Bearer ${TEST_TOKEN}`, 'X-DefenseClaw-Client': 'test', 'Content-Type': 'application/json' },
    Connection: 'close',
    ...lines,
  };
  const written = Object.entries(headers).flatMap(([name, values = []]) => [values].flat().map((value) => `${name}: ${value}\r\n`));
  return `${method} ${route} HTTP/1.1\r\n${written.join('')}\r\n`;
}

/** Like most clients: writes all that it has to say before it reads the first byte. Gives what came back until the peer closed. */
export function writeThenRead(url: string, parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let got = '';
    socket.on('error', reject).on('close', () => resolve(got));
    for (const part of parts) socket.write(part);
    socket.write('', () => socket.on('data', (chunk) => (got += chunk.toString('latin1'))));
  });
}
