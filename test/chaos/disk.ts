import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** A small disk that can be filled up. */
export interface SmallDisk {
  readonly folder: string;
  fill(): void;
  clear(): void;
  close(): void;
}

const SIZE_MB = 48;
const CHUNK = Buffer.alloc(1 << 20);

/** A file system in memory, below `base`. Undefined where this user may not mount one. */
export function createSmallDisk(base: string): SmallDisk | undefined {
  const folder = path.join(base, 'disk');
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0700`, 'tmpfs', folder]);
  if (mounted.status !== 0) return undefined;
  const filler = path.join(folder, 'filler');
  const clear = (): void => rmSync(filler, { force: true });
  return {
    folder,
    fill() {
      try {
        for (let megabytes = 0; megabytes < SIZE_MB; megabytes++) appendFileSync(filler, CHUNK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    clear,
    close: () => void spawnSync('umount', ['-l', folder]),
  };
}
