import { stat, unlink } from 'node:fs/promises';
import { isRunning } from '../../is-running.js';
import { listSegments } from './segment.js';
import type { Segment } from './segment.js';

export interface PruneOptions {
  readonly folder: string;
  readonly keepMs: number;
  readonly maxBytes: number;
  /** Name of the segment that this process writes into. */
  readonly active: string | undefined;
  readonly now: number;
}

/** Bytes that are left after it. */
export interface Pruned {
  readonly bytes: number;
  readonly removed: number;
}

/** Takes away the oldest segments until what is left is neither too old nor too much. Nobody's open segment goes. */
export async function pruneSegments({ folder, keepMs, maxBytes, active, now }: PruneOptions): Promise<Pruned> {
  const sized = await Promise.all((await listSegments(folder)).map(async (segment) => ({ segment, ...(await sizeOf(segment)) })));
  let bytes = sized.reduce((sum, { size }) => sum + size, 0);
  let removed = 0;
  for (const { segment, size, writtenMs } of sized) {
    const tooOld = writtenMs < now - keepMs;
    if (bytes <= maxBytes && !tooOld) continue;
    if (segment.name === active || isOpen(segment, sized)) continue;
    await unlink(segment.file).catch(() => undefined);
    bytes -= size;
    removed += 1;
  }
  return { bytes, removed };
}

/** The last one of a process that lives is what it writes into. */
function isOpen({ packed, pid, startMs }: Segment, all: readonly { readonly segment: Segment }[]): boolean {
  if (packed || pid === process.pid || !isRunning(pid)) return false;
  return !all.some(({ segment }) => segment.pid === pid && segment.startMs > startMs);
}

async function sizeOf({ file }: Segment): Promise<{ readonly size: number; readonly writtenMs: number }> {
  try {
    const { size, mtimeMs } = await stat(file);
    return { size, writtenMs: mtimeMs };
  } catch {
    return { size: 0, writtenMs: Infinity };
  }
}
