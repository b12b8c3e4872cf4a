import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PEER_HEADER, peerAddress } from '../../../src/http/door/peer.js';

type Facts = Partial<Pick<Socket, 'remoteAddress' | 'localAddress'>>;

function request(facts: Facts & { readonly destroyed?: boolean }, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  const incoming = new IncomingMessage(new Socket());
  Object.defineProperties(incoming.socket, {
    remoteAddress: { value: facts.remoteAddress },
    localAddress: { value: facts.localAddress },
    destroyed: { value: facts.destroyed ?? false },
  });
  Object.assign(incoming.headers, headers);
  return incoming;
}

describe('the address of the peer', () => {
  it('is that of the socket, whatever the caller says', () => {
    const socket = { remoteAddress: '192.0.2.1', localAddress: '192.0.2.9' };
    expect(peerAddress(request(socket, { [PEER_HEADER]: '127.0.0.1' }))).toBe('192.0.2.1');
  });

  it('is what a serving process says on a local socket, which has no address', () => {
    expect(peerAddress(request({}, { [PEER_HEADER]: '192.0.2.1' }))).toBe('192.0.2.1');
    expect(peerAddress(request({}))).toBeUndefined();
  });

  it('is unknown, not what the caller says, once the socket is gone', () => {
    expect(peerAddress(request({ destroyed: true }, { [PEER_HEADER]: '127.0.0.1' }))).toBeUndefined();
  });
});
