import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { SourceFile } from './source-set.js';

/** 4 MiB hash in about 10 ms; after that much other work of the event loop gets its turn. */
const SLICE_BYTES = 4 * 1024 * 1024;

/** SHA-256 over the files sorted by path. Path and contents are each preceded by their length, so no two lists hash alike. */
export async function hashFiles(files: readonly SourceFile[]): Promise<string> {
  const hash = createHash('sha256');
  const frame = new DataView(new ArrayBuffer(12));
  let sinceYield = 0;
  for (const { path, bytes, regoVersion } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    // No path holds NUL: a module read as v0 is another one than the same bytes read as v1.
    const name = Buffer.from(regoVersion === undefined ? path : `${path}\0${regoVersion}`);
    frame.setUint32(0, name.length);
    frame.setBigUint64(4, BigInt(bytes.length));
    hash.update(frame).update(name);
    for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
      const slice = bytes.subarray(start, start + SLICE_BYTES);
      hash.update(slice);
      sinceYield += slice.length;
      if (sinceYield < SLICE_BYTES) continue;
      sinceYield = 0;
      await setImmediate();
    }
  }
  return hash.digest('hex');
}
