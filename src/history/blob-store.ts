import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { PRIVATE_MODE, besideName, syncFolder, writeNew } from '../config/atomic-write.js';
import { systemErrorCode } from '../config/bounded-file.js';
import { GatewayError } from '../errors.js';
import { mapBounded } from '../policy/map-bounded.js';
import { roomFor } from '../policy/shared-bytes.js';
import { blobFile } from './places.js';
import type { BlobRef } from './manifest.js';

/** Hashes of bytes that were hashed before: files that did not change keep their very array between readings. */
const hashes = new WeakMap<Uint8Array, string>();

/** 4 MiB hash in about 10 ms; after that much, decisions get their turn. */
const SLICE_BYTES = 4 * 1024 * 1024;

/** Name and size of the bytes, which must not change afterwards. */
export async function refOf(bytes: Uint8Array): Promise<BlobRef> {
  const hash = hashes.get(bytes) ?? (await digest(bytes));
  hashes.set(bytes, hash);
  return { hash, size: bytes.byteLength };
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) {
    if (start > 0) await setImmediate();
    hash.update(bytes.subarray(start, start + SLICE_BYTES));
  }
  return hash.digest('hex');
}

/** Bytes by their own hash, to be read. */
export type Blobs = Pick<BlobStore, 'get' | 'fileOf'>;

/**
 * Bytes by their own hash, one file each. A blob is whole or absent: it is written under another name, synced, and renamed. Equal bytes are
 * stored once, whoever stores them.
 */
export class BlobStore {
  readonly #folder: string;
  /** Found damaged: what comes next under such a name is written anew. */
  readonly #spoilt = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * On return every one of them is on the disk. Those in `held` belong to what nobody prunes: that they are there is all that is looked at, in
   * one listing, where the others take two calls each. Throws system errors.
   */
  async put(all: readonly Uint8Array[], held: ReadonlySet<string> = new Set()): Promise<void> {
    const wanted = new Map<string, Uint8Array>();
    for (const bytes of all) wanted.set((await refOf(bytes)).hash, bytes);
    const there = held.size === 0 ? [] : await readdir(this.#folder);
    for (const hash of there) if (held.has(hash) && !this.#spoilt.has(hash)) wanted.delete(hash);
    const written = await mapBounded([...wanted], async ([hash, bytes]) => {
      if (await this.#touch(hash, bytes.byteLength)) return false;
      await this.#write(hash, bytes);
      return true;
    });
    if (written.includes(true)) await syncFolder(this.#folder);
  }

  /** Verified: throws `history_damaged` naming the file when the bytes are not what was stored, or are gone. */
  async get({ hash, size }: BlobRef): Promise<Uint8Array> {
    try {
      return await this.#read(hash, size);
    } catch (error) {
      this.#spoilt.add(hash);
      throw error;
    }
  }

  async #read(hash: string, size: number): Promise<Uint8Array> {
    const file = this.fileOf(hash);
    const bytes = roomFor(size);
    const found = await fill(bytes, file).catch((cause: unknown) => {
      throw damaged(file, systemErrorCode(cause) ?? 'cannot be read', cause);
    });
    if (found !== size) throw damaged(file, `${found} bytes instead of ${size}`);
    // Not the remembered hash: what came from the disk is to be proven.
    if ((await digest(bytes)) !== hash) throw damaged(file, 'its bytes are not those that its name promises');
    hashes.set(bytes, hash);
    return bytes;
  }

  fileOf(hash: string): string {
    return blobFile(this.#folder, hash);
  }

  /** Marks a blob that is there as used just now, so that nobody who prunes takes it for left over. */
  async #touch(hash: string, size: number): Promise<boolean> {
    if (this.#spoilt.has(hash)) return false;
    const file = this.fileOf(hash);
    try {
      if ((await stat(file)).size !== size) return false;
      const now = new Date();
      await utimes(file, now, now);
      return true;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async #write(hash: string, bytes: Uint8Array): Promise<void> {
    const file = this.fileOf(hash);
    const temporary = besideName(file);
    try {
      await writeNew(temporary, bytes, PRIVATE_MODE);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.#spoilt.delete(hash);
  }
}

/** Reads a file that is as large as the room for it. How many bytes it has. */
async function fill(bytes: Uint8Array, file: string): Promise<number> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size !== bytes.byteLength) return size;
    for (let filled = 0; filled < size;) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) return filled;
      filled += bytesRead;
    }
    return size;
  } finally {
    await handle.close();
  }
}

function damaged(file: string, what: string, cause?: unknown): GatewayError {
  return new GatewayError('history_damaged', `${file}: ${what}`, { cause, details: { file } });
}
