import type { ServerResponse } from 'node:http';
import { endAnswer } from './door/end-answer.js';
import { REQUEST_ID_HEADER } from './door/request-id.js';
import type { Reply } from './exchange.js';
import type { Log } from '../log.js';

/** The head goes over as a flat list, which Node writes out without looking anything up. */
export function writeReply(response: ServerResponse, requestId: string, { status, headers, body, follow }: Reply): void {
  const head = [REQUEST_ID_HEADER, requestId];
  for (const name in headers) head.push(name, headers[name] ?? '');
  if (follow !== undefined && response.req.method !== 'HEAD') {
    response.writeHead(status, head);
    response.flushHeaders();
    follow(response);
    return;
  }
  // The length of what the client has already is not known here.
  if (status !== 304) head.push('Content-Length', String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength));
  response.writeHead(status, head);
  if (response.req.complete) response.end(body);
  else {
    response.write(body);
    endAnswer(response);
  }
}

/** Ends an answer that cannot be written: nothing can be said to its client any more, and the process must not end over it. */
export function abandon(response: ServerResponse, err: unknown, log: Pick<Log, 'error'>): void {
  log.error({ err, path: response.req.url?.split('?', 1)[0] }, 'an answer could not be written');
  response.destroy();
}
