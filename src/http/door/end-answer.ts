import type { ServerResponse } from 'node:http';

/** How far a sender may go on after its answer is out: most clients write all of a body before they read the first byte of an answer. */
const DISCARD_BYTES = 64 << 20;

/**
 * Ends an answer whose head and body were written. While its request is still coming in, the connection stays: to close it now would reset
 * it under the hands of the sender, who would never read the answer. So the rest goes by unread, up to a bound; how long that may take is
 * bounded by the server's request timeout.
 */
export function endAnswer(response: ServerResponse): void {
  const { req: request, socket } = response;
  if (request.complete || request.destroyed) {
    response.end();
    return;
  }
  let seen = 0;
  const onData = (chunk: Buffer): void => {
    seen += chunk.length;
    if (seen <= DISCARD_BYTES) return;
    done();
    socket?.destroySoon();
  };
  const done = (): void => {
    request.off('data', onData).off('end', done).off('close', done);
    response.end();
  };
  request.on('data', onData).on('end', done).on('close', done);
  request.resume();
}
