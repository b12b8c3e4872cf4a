import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Call, Reply } from '../exchange.js';
import { withHeader } from '../replies.js';

const deflate = promisify(gzip);

/** Bytes below which compressing costs more than it saves: OPA's own default. */
const MIN_BYTES = 1024;

/** The reply as the caller can take it: packed when it asked for gzip and there is enough to pack. */
export function compressed(call: Pick<Call, 'headers'>, reply: Reply): Reply | Promise<Reply> {
  const varying = withHeader(reply, 'Vary', 'Accept-Encoding');
  return Buffer.byteLength(reply.body) < MIN_BYTES || !acceptsGzip(call.headers['accept-encoding']) ? varying : pack(varying);
}

async function pack(reply: Reply): Promise<Reply> {
  return { ...withHeader(reply, 'Content-Encoding', 'gzip'), body: await deflate(reply.body) };
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false;
  return header.split(',').some((offer) => {
    const [coding = '', ...parameters] = offer.split(';').map((part) => part.trim().toLowerCase());
    return coding === 'gzip' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
