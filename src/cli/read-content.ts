import { createReadStream } from 'node:fs';
import { GatewayError } from '../errors.js';

/** What the gateway takes by default, with room for the rest of the request. */
const MAX_BYTES = 1 << 20;

/** The text of a file, or of stdin for `-`. Throws `usage` when it cannot be read or is longer than any request may be. */
export async function readContent(file: string): Promise<string> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk as Uint8Array);
      size += bytes.length;
      if (size > MAX_BYTES) throw new GatewayError('usage', `Expected at most ${MAX_BYTES} bytes of content`);
      chunks.push(bytes);
    }
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('usage', `Cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}
