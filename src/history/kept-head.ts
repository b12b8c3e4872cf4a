import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { GatewayError } from '../errors.js';
import type { CompiledPolicy } from '../policy/revision.js';
import { parseEntry } from './entry.js';
import { parseHead } from './heads.js';
import { readManifest } from './manifest.js';
import type { BlobRef, Built, Manifest } from './manifest.js';
import { policyOf } from './pack.js';
import { blobFile, entryFile, foldersOf, headFile } from './places.js';

/** A mark or an entry is some kilobytes: what is larger is none. */
const MAX_BYTES = 1 << 20;

/** What served last when this gateway ended. */
export interface KeptHead {
  readonly manifest: Manifest;
  /** Undefined where something is wrong with it, which is said by who needs it. Never rejects. */
  readonly policy: Promise<CompiledPolicy | undefined>;
}

/**
 * Reads what served last, and begins to compile its WebAssembly, before anything else of the gateway is there. Nothing waits before the compile runs:
 * the event loop has so much to do at a start that it comes back late, and the compile takes longer than the rest of what a start waits for.
 * `onBuiltins` is told what the policy calls. Undefined where nothing is kept or its manifest cannot be read. Never throws.
 */
export function readHead(folder: string, instance: string, onBuiltins: (names: readonly string[]) => void): KeptHead | undefined {
  try {
    const folders = foldersOf(folder);
    const mark = headFile(folders.heads, instance);
    const { number, serving } = parseHead(readSmall(mark), mark);
    if (number === undefined) return undefined;
    const file = entryFile(folders.entries, number);
    const { manifest: ref } = parseEntry(readSmall(file).toString('utf8'), file);
    if (ref === undefined) return undefined;
    const manifest = readManifest(blobAt(folders.blobs, ref), blobFile(folders.blobs, ref.hash));
    const { built } = manifest;
    return built === undefined || manifest.revision !== serving
      ? undefined
      : { manifest, policy: beginPolicy(folders.blobs, built, onBuiltins) };
  } catch {
    return undefined;
  }
}

/** Runs to where the compile is under way before it returns. */
async function beginPolicy(
  folder: string,
  built: Built,
  onBuiltins: (names: readonly string[]) => void,
): Promise<CompiledPolicy | undefined> {
  try {
    const bytes = { shape: blobAt(folder, built.shape), code: blobAt(folder, built.code), library: blobAt(folder, built.library) };
    return await policyOf(built, bytes, (hash) => blobFile(folder, hash), onBuiltins);
  } catch {
    return undefined;
  }
}

function readSmall(file: string): Buffer {
  if (statSync(file).size > MAX_BYTES) throw new GatewayError('history_damaged', `${file} is larger than ${MAX_BYTES} bytes`);
  return readFileSync(file);
}

/** As {@link BlobStore.get}, at once. */
function blobAt(folder: string, { hash, size }: BlobRef): Buffer {
  const file = blobFile(folder, hash);
  const bytes = statSync(file).size === size ? readFileSync(file) : undefined;
  if (bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === hash) return bytes;
  throw new GatewayError('history_damaged', `${file}: its bytes are not those that its name promises`, { details: { file } });
}
