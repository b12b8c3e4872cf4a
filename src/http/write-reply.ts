import type { ServerResponse } from 'node:http';
import { endAnswer } from './door/end-answer.js';
import { REQUEST_ID_HEADER } from './door/request-id.js';
import type { Reply } from './exchange.js';

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
