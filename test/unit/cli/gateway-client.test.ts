import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGatewayClient } from '../../../src/cli/gateway-client.js';

/** A server that says what it was asked, and its port. */
async function echo(): Promise<number> {
  const server = createServer((request, response) => {
    void text(request).then((body) => response.end(JSON.stringify({ method: request.method, body })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('the client of a running gateway', () => {
  it.each(['POST', 'PATCH', 'DELETE'] as const)('sends the body of a %s as part of that request', async (method) => {
    const client = createGatewayClient({ bind: '127.0.0.1', port: await echo(), token: undefined });
    const sent = { name: 'Grüße' };
    expect(await client.call(method, '/lists', sent)).toEqual({ status: 200, body: { method, body: JSON.stringify(sent) } });
  });
});
