import { closeSync, constants, fstatSync, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { printOf } from './scan.js';
import type { ScannedFile } from './scan.js';
import { roomFor } from './shared-bytes.js';

/** O_NONBLOCK: a fifo that took the file's place since the scan must not hang the open; regular files ignore it. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const openAsync = promisify(open);
const readAsync = promisify(read);

/**
 * The bytes of a file, or undefined when it is not (or no longer) the file that was scanned: the fingerprint is compared on
 * the open descriptor before and after reading, so bytes that were read while somebody wrote never come out.
 *
 * What may wait for a disk (open, read) is asynchronous; stat and close of an open descriptor are not, which makes 5,000
 * files take a fifth of the CPU that file handles with promises take.
 */
export async function loadFile(file: ScannedFile): Promise<Uint8Array | undefined> {
  const descriptor = await openAsync(file.absolute, OPEN_FLAGS);
  try {
    if (!isAsScanned(descriptor, file)) return undefined;
    const bytes = roomFor(file.size);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await readAsync(descriptor, bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) return undefined;
      filled += bytesRead;
    }
    return isAsScanned(descriptor, file) ? bytes : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function isAsScanned(descriptor: number, file: ScannedFile): boolean {
  const stats = fstatSync(descriptor, { bigint: true });
  return stats.isFile() && printOf(stats) === file.print;
}
