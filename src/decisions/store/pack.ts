import { readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { gzipSync } from 'node:zlib';

/** Of zlib: records repeat much, and more effort takes three times as long for a fifth of what is left. */
const LEVEL = 1;

/** The lowest that there is. */
const PRIORITY = 19;

/** Has the thread that calls give way to those that decide. Where threads have no priority of their own nothing happens. */
export function giveWayHere(): void {
  try {
    // On Linux a thread is named by a number of its own.
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), PRIORITY);
  } catch {
    // Nothing depends on it.
  }
}

/** Packs a segment that is written no more. Whoever reads meanwhile finds the one or the other, whole. Throws what the disk throws. */
export function packSegment(file: string): void {
  const part = `${file}.gz.part`;
  const { atime, mtime } = statSync(file);
  try {
    writeFileSync(part, gzipSync(readFileSync(file), { level: LEVEL }), { mode: 0o600 });
    // When its last record came, which readers go by.
    utimesSync(part, atime, mtime);
    renameSync(part, `${file}.gz`);
    rmSync(file, { force: true });
  } catch (thrown) {
    rmSync(part, { force: true });
    throw thrown;
  }
}
