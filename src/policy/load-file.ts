import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { printOf } from './scan.js';
import type { ScannedFile } from './scan.js';

/** O_NONBLOCK: a fifo that took the file's place since the scan must not hang the open; regular files ignore it. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * The bytes of a file, or undefined when it is not (or no longer) the file that was scanned: the fingerprint is compared on
 * the open handle before and after reading, so bytes that were read while somebody wrote never come out.
 */
export async function loadFile(file: ScannedFile): Promise<Uint8Array | undefined> {
  const handle = await open(file.absolute, OPEN_FLAGS);
  try {
    if (!(await isAsScanned(handle, file))) return undefined;
    const bytes = new Uint8Array(file.size);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) return undefined;
      filled += bytesRead;
    }
    return (await isAsScanned(handle, file)) ? bytes : undefined;
  } finally {
    await handle.close();
  }
}

async function isAsScanned(handle: FileHandle, file: ScannedFile): Promise<boolean> {
  const stats = await handle.stat({ bigint: true });
  return stats.isFile() && printOf(stats) === file.print;
}
