import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Of zlib: records repeat much, and more effort takes three times as long for a fifth of what is left. */
const LEVEL = 1;

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
