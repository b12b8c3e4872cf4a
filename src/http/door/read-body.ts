import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../errors.js';
import { BodyAborted } from '../exchange.js';

/** Reads a request body whole, at most `limit` bytes; what goes beyond is let go by. Throws `request_too_large` or {@link BodyAborted}. */
export function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let ended = false;
    const refuse = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      request.resume();
      reject(new GatewayError('request_too_large', `the request body exceeds ${limit} bytes (http.max_body)`, { details: { limit } }));
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
