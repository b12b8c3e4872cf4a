import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { SourceFile } from './source-set.js';

/** 4 MiB hash in about 10 ms; after that much other work of the event loop gets its turn. */
const SLICE_BYTES = 4 * 1024 * 1024;

/** What is no longer than this is gathered, so many bytes at a time: a call for each takes longer than the hash of it. */
const SMALL_BYTES = 4 * 1024;
const GATHERED_BYTES = 64 * 1024;

/** SHA-256 over the files sorted by path. Path and contents are each preceded by their length, so no two lists hash alike. */
export async function hashFiles(files: readonly SourceFile[]): Promise<string> {
  const hash = new GatheringHash();
  let sinceYield = 0;
  for (const { path, bytes, regoVersion } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    // No path holds NUL: a module read as v0 is another one than the same bytes read as v1.
    const name = Buffer.from(regoVersion === undefined ? path : `${path}\0${regoVersion}`);
    const frame = Buffer.allocUnsafe(12);
    frame.writeUInt32BE(name.length);
    frame.writeBigUInt64BE(BigInt(bytes.length), 4);
    hash.update(frame);
    hash.update(name);
    for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
      const slice = bytes.subarray(start, start + SLICE_BYTES);
      hash.update(slice);
      sinceYield += slice.length;
      if (sinceYield < SLICE_BYTES) continue;
      sinceYield = 0;
      await setImmediate();
    }
  }
  return hash.digest();
}

class GatheringHash {
  readonly #hash = createHash('sha256');
  readonly #gathered = Buffer.allocUnsafe(GATHERED_BYTES);
  #filled = 0;

  update(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > GATHERED_BYTES) this.#flush();
    if (bytes.length > SMALL_BYTES) {
      this.#flush();
      this.#hash.update(bytes);
      return;
    }
    this.#gathered.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#gathered.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
