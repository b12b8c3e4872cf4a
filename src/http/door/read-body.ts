import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../errors.js';
import { BodyAborted } from '../exchange.js';

/** How far a sender may go on after its answer is out. */
const DISCARD_BYTES = 4 << 20;

/** Reads a request body whole, at most `limit` bytes. Throws `request_too_large` or {@link BodyAborted}. */
export function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let ended = false;
    const refuse = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      request.resume();
      reject(new GatewayError('request_too_large', `the request body exceeds ${limit} bytes`, { details: { limit } }));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      ended = true;
      const [only] = chunks;
      resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, size));
    };
    const onClose = (): void => {
      if (!ended) reject(new BodyAborted('the request ended before its body was whole'));
    };
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

/** True when a body may be longer than what would be let pass anyway: one in chunks, or one that says so. */
export function mayGoOn({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DISCARD_BYTES;
}

/**
 * Lets the rest of a body that nobody reads go by, so that its sender can see the answer, but hangs up on one that does not come to an
 * end. To be called before the answer is finished: after that Node throws the bytes away unseen.
 */
export function boundRest(request: IncomingMessage): void {
  let seen = 0;
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > DISCARD_BYTES) request.socket.destroy();
  });
}
