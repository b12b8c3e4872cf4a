import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../errors.js';
import { BodyAborted } from '../exchange.js';

/** A sender that goes on this far past the limit is cut off; up to here the rest is read away so that it can see its answer. */
const DISCARD_BYTES = 4 << 20;

/** Reads a request body whole, at most `limit` bytes. Throws `request_too_large` or {@link BodyAborted}. */
export function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      discard(request);
      reject(new GatewayError('request_too_large', `the request body exceeds ${limit} bytes`, { details: { limit } }));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      request.off('close', onClose);
      const [only] = chunks;
      resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, size));
    };
    const onClose = (): void => reject(new BodyAborted('the request ended before its body was whole'));
    if (request.destroyed && !request.readableEnded) {
      onClose();
      return;
    }
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      refuse();
      return;
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

/** Reads the rest of a body away without keeping it, and hangs up on a sender that does not come to an end. */
function discard(request: IncomingMessage): void {
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DISCARD_BYTES) request.socket.destroy();
  });
}
