import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { GatewayError } from '../errors.js';
import type { CompiledPolicy } from '../policy/revision.js';
import type { Blobs } from './blob-store.js';
import { parseEntry } from './entry.js';
import { parseHead } from './heads.js';
import { manifestAt, unpackPolicy } from './pack.js';
import { entryFile, foldersOf, headFile } from './places.js';

/** A mark or an entry is some kilobytes: what is larger is none. */
const MAX_BYTES = 1 << 20;

/**
 * Reads the policy that served last when this gateway ended, and begins to compile its WebAssembly, before anything else of the gateway is there.
 * No step of the reading waits for a turn of the event loop, which comes late where a start has so much to do, and the compile takes longer than the
 * rest of what a start waits for. `onBuiltins` is told what the policy calls. Undefined where nothing is kept or something is wrong with it, which is
 * said by who needs it. Never rejects.
 */
export async function policyOfHead(
  folder: string,
  instance: string,
  onBuiltins: (names: readonly string[]) => void,
): Promise<CompiledPolicy | undefined> {
  try {
    const folders = foldersOf(folder);
    const mark = headFile(folders.heads, instance);
    const { number } = parseHead(readSmall(mark), mark);
    if (number === undefined) return undefined;
    const file = entryFile(folders.entries, number);
    const { manifest } = parseEntry(readSmall(file).toString('utf8'), file);
    if (manifest === undefined) return undefined;
    const blobs = blobsAtOnce(folders.blobs);
    const { built } = await manifestAt(blobs, manifest);
    return built === undefined ? undefined : await unpackPolicy(blobs, built, onBuiltins);
  } catch {
    return undefined;
  }
}

function readSmall(file: string): Buffer {
  if (statSync(file).size > MAX_BYTES) throw new GatewayError('history_damaged', `${file} is larger than ${MAX_BYTES} bytes`);
  return readFileSync(file);
}

/** As {@link BlobStore.get}, without a turn of the event loop. */
function blobsAtOnce(folder: string): Blobs {
  const fileOf = (hash: string): string => path.join(folder, hash);
  const read = (file: string, hash: string, size: number): Uint8Array => {
    const bytes = statSync(file).size === size ? readFileSync(file) : undefined;
    if (bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === hash) return bytes;
    throw new GatewayError('history_damaged', `${file}: its bytes are not those that its name promises`, { details: { file } });
  };
  return { fileOf, get: async ({ hash, size }) => Promise.resolve(read(fileOf(hash), hash, size)) };
}
